from django.urls import path

from shucheng.bays.data.views import grading, home

app_name = "data"
urlpatterns = [
    path("data-elements/", home.home, name="home"),
    path("data-elements/grading/", grading.grading, name="grading"),
    path("data-elements/grading/proposals.csv", grading.grading_csv, name="grading_csv"),
    path("data-elements/grading/rules/", grading.grading_rules, name="grading_rules"),
    path(
        "data-elements/grading/resources/<str:code>/",
        grading.grading_resource,
        name="grading_resource",
    ),
]
