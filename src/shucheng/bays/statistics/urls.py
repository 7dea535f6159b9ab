"""Addresses of the statistics bay."""

from django.urls import path

from shucheng.bays.statistics.views import (
    accounts,
    batches,
    behind,
    coefficients,
    definitions,
    duplicates,
    firms,
    home,
    imputation,
    indexes,
    ladder,
    prospects,
    publications,
    questionnaires,
)

app_name = "statistics"

urlpatterns = [
    path("statistics/", home.home, name="home"),
    path("statistics/measure/", home.measure, name="measure"),
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
    path("statistics/firms/", firms.firms, name="firms"),
    path("statistics/firms/list.csv", firms.firms_csv, name="firms_csv"),
    path("statistics/firms/<slug:code>/", firms.firm, name="firm"),
    path("statistics/firms/<slug:code>/honours/", firms.honour, name="honour"),
    path("statistics/batches/", batches.all_batches, name="batches"),
    path("statistics/batches/<int:batch_id>/", batches.batch, name="batch"),
    path("statistics/batches/<int:batch_id>/columns/", batches.confirm, name="batch_confirm"),
    path("statistics/batches/<int:batch_id>/take/", batches.take, name="batch_take"),
    path("statistics/batches/<int:batch_id>/drop/", batches.drop, name="batch_drop"),
    path("statistics/batches/<int:batch_id>/errors.csv", batches.errors_csv, name="batch_errors"),
    path("statistics/coefficients/", coefficients.coefficients, name="coefficients"),
    path(
        "statistics/coefficients/<int:coefficient_id>/decide/",
        coefficients.decide,
        name="coefficient_decide",
    ),
    path("statistics/duplicates/", duplicates.duplicates, name="duplicates"),
    path("statistics/duplicates/find/", duplicates.find, name="duplicates_find"),
    path("statistics/duplicates/<int:link_id>/decide/", duplicates.decide, name="duplicate_decide"),
    path("statistics/definitions/", definitions.definitions, name="definitions"),
    path("statistics/definitions/<slug:kind>/", definitions.definition, name="definition"),
    path(
        "statistics/definitions/<int:proposal_id>/decide/",
        definitions.decide,
        name="definition_decide",
    ),
    path("statistics/imputation/", imputation.imputation, name="imputation"),
    path("statistics/accounts/", accounts.accounts, name="accounts"),
    path("statistics/accounts/firms/", accounts.firms, name="accounts_firms"),
    path("statistics/accounts/table.<str:form>", accounts.download, name="accounts_download"),
    path("statistics/publications/", publications.all_publications, name="publications"),
    path(
        "statistics/publications/<int:publication_id>/",
        publications.publication,
        name="publication",
    ),
    path(
        "statistics/publications/<int:publication_id>/tables.<str:form>",
        publications.download,
        name="publication_download",
    ),
    path("statistics/ladder/", ladder.ladder, name="ladder"),
    path("statistics/prospects/", prospects.prospects, name="prospects"),
    path("statistics/prospects/<int:prospect_id>/", prospects.prospect, name="prospect"),
    path("statistics/growth/", accounts.growth, name="growth"),
    path("statistics/industries/", accounts.industries, name="industries"),
]
