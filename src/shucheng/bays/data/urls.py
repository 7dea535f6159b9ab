from django.urls import path

from shucheng.bays.data.views import assets, home, market_figures, orders, products, settling

app_name = "data"
urlpatterns = [
    path("data-elements/", home.home, name="home"),
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
    path("data-elements/assets/", assets.assets, name="assets"),
    path("data-elements/assets/tables/<int:owner>/", assets.tables, name="asset_tables"),
    path(
        "data-elements/assets/tables/<int:owner>/tables.xlsx",
        assets.tables_file,
        name="asset_tables_file",
    ),
    path("data-elements/assets/<slug:code>/", assets.asset, name="asset"),
]
