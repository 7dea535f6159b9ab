"""Addresses of the statistics bay."""

from django.urls import path

from shucheng.bays.statistics.views import accounts, behind, home, indexes, questionnaires

app_name = "statistics"

urlpatterns = [
    path("statistics/", home.home, name="home"),
    path("statistics/behind/<int:observation_id>/", behind.behind, name="behind"),
    path("statistics/indexes/", indexes.indexes, name="indexes"),
    path("statistics/indexes/<slug:code>/", indexes.index, name="index"),
    path("statistics/indexes/<slug:code>/compute/", indexes.compute, name="index_compute"),
    path(
        "statistics/indexes/<slug:code>/definition/",
        indexes.index_definition,
        name="index_definition",
    ),
    path("statistics/indexes/<slug:code>/answers/", questionnaires.answer, name="answer"),
    path(
        "statistics/indexes/<slug:code>/answers/<int:run_id>/",
        questionnaires.answers,
        name="answers",
    ),
    path("statistics/indexes/<slug:code>/<slug:area>/", indexes.index_area, name="index_area"),
    path("statistics/accounts/", accounts.accounts, name="accounts"),
    path("statistics/accounts/firms/", accounts.firms, name="accounts_firms"),
    path("statistics/accounts/table.<slug:form>", accounts.download, name="accounts_download"),
    path("statistics/growth/", accounts.growth, name="growth"),
    path("statistics/industries/", accounts.industries, name="industries"),
]
