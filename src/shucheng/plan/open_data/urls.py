from django.urls import path

from shucheng.plan.open_data import views

app_name = "open_data"
urlpatterns = [
    path("open-data/", views.home, name="home"),
    path("open-data/download/<str:name>", views.download, name="download"),
    path("open-data/releases/", views.releases, name="releases"),
    path("open-data/releases/<str:code>/", views.release, name="release"),
    path("open-data/releases/<str:code>/withdraw/", views.withdraw, name="withdraw"),
    path("open-data/indicators/<str:code>/", views.indicator, name="indicator"),
]
