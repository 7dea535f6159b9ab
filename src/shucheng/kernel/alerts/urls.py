from django.urls import path

from shucheng.kernel.alerts import views

app_name = "alerts"
urlpatterns = [path("alerts/", views.alerts, name="list")]
