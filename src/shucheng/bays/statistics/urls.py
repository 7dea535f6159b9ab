"""Addresses of the statistics bay."""

from django.urls import path

from shucheng.bays.statistics.views import behind, home

app_name = "statistics"

urlpatterns = [
    path("statistics/", home.home, name="home"),
    path("statistics/behind/<int:observation_id>/", behind.behind, name="behind"),
]
