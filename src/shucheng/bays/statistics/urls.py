"""Addresses of the statistics bay."""

from django.urls import path

from shucheng.bays.statistics.views import home

app_name = "statistics"

urlpatterns = [
    path("statistics/", home.home, name="home"),
]
