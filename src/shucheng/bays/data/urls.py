from django.urls import include, path

from shucheng.bays.data.views import catalogue, home, sources
from shucheng.bays.data.views import (
    authorised_index,
    authorising,
    disclosures,
    granting,
    home,
    lists,
    prices,
    registration,
)
from shucheng.bays.data.views import home, market_figures, orders, products, settling

app_name = "data"
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
urlpatterns = [
    path("data-elements/", home.home, name="home"),
    path("data-elements/catalogue/", catalogue.catalogue, name="catalogue"),
    path("data-elements/catalogue/new/", catalogue.describe, name="describe_new"),
    path("data-elements/catalogue/<str:code>/", catalogue.resource, name="resource"),
    path("data-elements/catalogue/<str:code>/change/", catalogue.describe, name="describe"),
    path("data-elements/catalogue/<str:code>/step/", catalogue.move, name="resource_step"),
    path("data-elements/sources/", sources.sources, name="sources"),
    path("data-elements/sources/<int:pk>/", sources.source, name="source"),
    path("data-elements/registrations/", include(_registrations)),
    path("data-elements/authorisations/", include(_authorisations)),
    path("data-elements/grants/", granting.grants, name="grants"),
    path("data-elements/grants/<str:code>/", granting.grant, name="grant"),
    path("data-elements/lists/", lists.lists, name="lists"),
    path("data-elements/lists/<str:name>.<str:form>", lists.list_download, name="list_download"),
    path("data-elements/prices/", include(_prices)),
    path("data-elements/market/", products.market, name="market"),
    path("data-elements/market/figures/", market_figures.figures, name="market_figures"),
    path("data-elements/market/offers/<slug:code>/", products.offer, name="offer"),
    path("data-elements/products/", orders.own, name="own_products"),
    path("data-elements/products/new/", products.make, name="product_make"),
    path("data-elements/products/<slug:code>/", products.product, name="product"),
    path("data-elements/products/<slug:code>/offer/", products.new_offer, name="offer_make"),
    path("data-elements/orders/", orders.orders, name="orders"),
    path("data-elements/orders/<slug:code>/", orders.order, name="order"),
    path("data-elements/orders/<slug:code>/dispute/", orders.dispute_new, name="dispute_new"),
    path("data-elements/settlements/", settling.settlements, name="settlements"),
    path("data-elements/settlements/books/", settling.books, name="books"),
    path("data-elements/settlements/<str:code>/", settling.settlement, name="settlement"),
    path("data-elements/invoices/<slug:number>.xlsx", settling.invoice, name="invoice"),
    path("data-elements/disputes/", orders.disputes, name="disputes"),
    path("data-elements/disputes/<slug:code>/", orders.dispute, name="dispute"),
from shucheng.bays.data.views import delivering, downloads, evidence, home

app_name = "data"
_DELIVERY = "data-elements/delivery/<str:code>/"
_LEAF = "data-elements/evidence/leaves/<int:number>/"

urlpatterns = [
    path("data-elements/", home.home, name="home"),
    # Delivery
    path("data-elements/delivery/", delivering.deliveries, name="deliveries"),
    path(_DELIVERY, delivering.delivery, name="delivery"),
    path(f"{_DELIVERY}token/", delivering.token, name="delivery_token"),
    path(f"{_DELIVERY}tokens/<str:token_code>/", delivering.untoken, name="delivery_untoken"),
    path(f"{_DELIVERY}stop/", delivering.stop, name="delivery_stop"),
    path(f"{_DELIVERY}download/", downloads.download, name="delivery_download"),
    path(f"{_DELIVERY}mark/", downloads.mark, name="delivery_mark"),
    path("data-elements/calls/", delivering.calls, name="calls"),
    path("data-elements/calls/calls.csv", delivering.calls_file, name="calls_file"),
    # Evidence
    path("data-elements/evidence/", evidence.evidence, name="evidence"),
    path("data-elements/evidence/check/", evidence.check, name="evidence_check"),
    path("data-elements/evidence/verify.py", evidence.verifier, name="evidence_verifier"),
    path("data-elements/evidence/public-key.txt", evidence.public_key, name="evidence_key"),
    path(_LEAF, evidence.leaf, name="evidence_leaf"),
    path(f"{_LEAF}content.json", evidence.leaf_file, name="evidence_leaf_file"),
    path(f"{_LEAF}proof.json", evidence.proof_file, name="evidence_proof"),
]
