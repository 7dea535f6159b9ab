from django.urls import path

from shucheng.bays.data.views import home

app_name = "data"
urlpatterns = [
    path("data-elements/", home.home, name="home"),
]
