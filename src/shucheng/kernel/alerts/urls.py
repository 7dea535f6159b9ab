from django.urls import path

from shucheng.kernel.alerts import views

app_name = "alerts"
urlpatterns = [
    path("alerts/", views.alerts, name="list"),
    path("alerts/<int:alert_id>/seen/", views.see, name="see"),
    path("alerts/<int:alert_id>/resolve/", views.resolve, name="resolve"),
]
