from django.urls import path

from shucheng.web.cockpit import views

app_name = "cockpit"
urlpatterns = [
    path("", views.home, name="home"),
    path("areas/", views.areas, name="areas"),
]
