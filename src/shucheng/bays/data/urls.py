"""The bay's addresses, room by room."""

from django.urls import URLPattern, URLResolver, include, path

from shucheng.bays.data.views import (
    assets,
    authorised_index,
    authorising,
    catalogue,
    certificates,
    delivering,
    disclosures,
    downloads,
    evidence,
    grading,
    granting,
    home,
    importing,
    lists,
    market_figures,
    orders,
    prices,
    products,
    quality,
    registration,
    requests,
    settling,
    sources,
)

app_name = "data"
_catalogue: list[URLPattern | URLResolver] = [
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/catalogue.<str:form>", catalogue.catalogue_file, name="catalogue_file"),
    path("catalogue/new/", catalogue.describe, name="describe_new"),
    path("catalogue/import/", importing.sheets, name="sheets"),
    path("catalogue/import/template.xlsx", importing.sheet_template, name="sheet_template"),
    path("catalogue/import/catalogue.xlsx", importing.sheet_export, name="sheet_export"),
    path("catalogue/import/<int:pk>/", importing.sheet, name="sheet"),
    path("catalogue/import/<int:pk>/errors.csv", importing.sheet_errors, name="sheet_errors"),
    path("catalogue/<str:code>/", catalogue.resource, name="resource"),
    path("catalogue/<str:code>/change/", catalogue.describe, name="describe"),
    path("catalogue/<str:code>/step/", catalogue.move, name="resource_step"),
    path("requests/", requests.requests, name="requests"),
    path("requests/requests.csv", requests.requests_file, name="requests_file"),
    path("requests/new/", requests.request_new, name="request_new"),
    path("requests/<str:code>/", requests.request, name="request"),
    path("requests/<str:code>/step/", requests.request_step, name="request_step"),
    path("sources/", sources.sources, name="sources"),
    path("sources/<int:pk>/", sources.source, name="source"),
    path("sources/<int:pk>/harvest/", sources.harvest, name="harvest"),
]
_grading: list[URLPattern | URLResolver] = [
    path("grading/", grading.grading, name="grading"),
    path("grading/proposals.csv", grading.grading_csv, name="grading_csv"),
    path("grading/rules/", grading.grading_rules, name="grading_rules"),
    path("grading/resources/<str:code>/", grading.grading_resource, name="grading_resource"),
]
_quality: list[URLPattern | URLResolver] = [
    path("quality/", quality.quality, name="quality"),
    path("quality/defects/", quality.quality_defects, name="quality_defects"),
    path(
        "quality/resources/<str:code>/",
        quality.quality_resource,
        name="quality_resource",
    ),
    path("quality/certificates/", certificates.certificates, name="certificates"),
    path(
        "quality/certificates/<str:code>/",
        certificates.certificate,
        name="certificate",
    ),
    path(
        "quality/certificates/<str:code>/croissant.jsonld",
        certificates.certificate_jsonld,
        name="certificate_jsonld",
    ),
    path(
        "quality/resources/<str:code>/certificate/",
        certificates.certificate_issue,
        name="certificate_issue",
    ),
]
_registrations = [
    path("", registration.registrations, name="registrations"),
    path("new/", registration.registration_new, name="registration_new"),
    path("notices/", registration.registration_notices, name="registration_notices"),
    path("<str:code>/", registration.registration, name="registration"),
    path("<str:code>/step/", registration.registration_step, name="registration_step"),
]
_authorisations = [
    path("", authorising.authorisation_list, name="authorisations"),
    path("new/", authorising.authorisation_new, name="authorisation_new"),
    path("disclosures/", disclosures.disclosures, name="disclosures"),
    path("disclosures/<int:disclosure_id>/", disclosures.disclosure, name="disclosure"),
    path("index/", authorised_index.index, name="authorised_index"),
    path("<str:code>/", authorising.authorisation, name="authorisation"),
    path("<str:code>/plan/", authorising.authorisation_plan, name="authorisation_plan"),
    path("<str:code>/step/", authorising.authorisation_step, name="authorisation_step"),
    path(
        "<str:code>/agreement/",
        authorising.authorisation_agreement,
        name="authorisation_agreement",
    ),
]
_prices = [
    path("", prices.prices, name="prices"),
    path("<str:code>/", prices.authorisation_prices, name="authorisation_prices"),
    path("<str:code>/fix/", prices.price_fix, name="price_fix"),
    path("<str:code>/actual/", prices.price_actual, name="price_actual"),
]
_authority: list[URLPattern | URLResolver] = [
    path("registrations/", include(_registrations)),
    path("authorisations/", include(_authorisations)),
    path("grants/", granting.grants, name="grants"),
    path("grants/<str:code>/", granting.grant, name="grant"),
    path("lists/", lists.lists, name="lists"),
    path("lists/<str:name>.<str:form>", lists.list_download, name="list_download"),
    path("prices/", include(_prices)),
]
_market: list[URLPattern | URLResolver] = [
    path("market/", products.market, name="market"),
    path("market/figures/", market_figures.figures, name="market_figures"),
    path("market/offers/<slug:code>/", products.offer, name="offer"),
    path("products/", orders.own, name="own_products"),
    path("products/new/", products.make, name="product_make"),
    path("products/<slug:code>/", products.product, name="product"),
    path("products/<slug:code>/offer/", products.new_offer, name="offer_make"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<slug:code>/", orders.order, name="order"),
    path("orders/<slug:code>/dispute/", orders.dispute_new, name="dispute_new"),
    path("settlements/", settling.settlements, name="settlements"),
    path("settlements/books/", settling.books, name="books"),
    path("settlements/<str:code>/", settling.settlement, name="settlement"),
    path("invoices/<slug:number>.xlsx", settling.invoice, name="invoice"),
    path("disputes/", orders.disputes, name="disputes"),
    path("disputes/<slug:code>/", orders.dispute, name="dispute"),
    path("assets/", assets.assets, name="assets"),
    path("assets/tables/<int:owner>/", assets.tables, name="asset_tables"),
    path(
        "assets/tables/<int:owner>/tables.xlsx",
        assets.tables_file,
        name="asset_tables_file",
    ),
    path("assets/<slug:code>/", assets.asset, name="asset"),
]
_deliveries: list[URLPattern | URLResolver] = [
    path("delivery/", delivering.deliveries, name="deliveries"),
    path("delivery/<str:code>/", delivering.delivery, name="delivery"),
    path("delivery/<str:code>/token/", delivering.token, name="delivery_token"),
    path(
        "delivery/<str:code>/tokens/<str:token_code>/", delivering.untoken, name="delivery_untoken"
    ),
    path("delivery/<str:code>/stop/", delivering.stop, name="delivery_stop"),
    path("delivery/<str:code>/download/", downloads.download, name="delivery_download"),
    path("delivery/<str:code>/mark/", downloads.mark, name="delivery_mark"),
    path("calls/", delivering.calls, name="calls"),
    path("calls/calls.csv", delivering.calls_file, name="calls_file"),
]
_evidence: list[URLPattern | URLResolver] = [
    path("evidence/", evidence.evidence, name="evidence"),
    path("evidence/check/", evidence.check, name="evidence_check"),
    path("evidence/verify.py", evidence.verifier, name="evidence_verifier"),
    path("evidence/public-key.txt", evidence.public_key, name="evidence_key"),
    path("evidence/leaves/<int:number>/", evidence.leaf, name="evidence_leaf"),
    path(
        "evidence/leaves/<int:number>/content.json", evidence.leaf_file, name="evidence_leaf_file"
    ),
    path("evidence/leaves/<int:number>/proof.json", evidence.proof_file, name="evidence_proof"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("data-elements/", home.home, name="home"),
    *(
        path("data-elements/", include(room))
        for room in (_catalogue, _grading, _quality, _authority, _market, _deliveries, _evidence)
    ),
]
