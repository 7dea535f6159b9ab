from django.urls import path

from shucheng.kernel.audit import views

app_name = "audit"
urlpatterns = [
    path("audit/", views.entries, name="entries"),
    path("audit/chain/", views.chain, name="chain"),
    path("audit/export/", views.export, name="export"),
    path("audit/<int:sequence>/", views.one_entry, name="entry"),
]
