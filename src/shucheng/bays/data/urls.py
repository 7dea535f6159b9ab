from django.urls import path

from shucheng.bays.data.views import catalogue, home, sources

app_name = "data"
urlpatterns = [
    path("data-elements/", home.home, name="home"),
    path("data-elements/catalogue/", catalogue.catalogue, name="catalogue"),
    path("data-elements/catalogue/new/", catalogue.describe, name="describe_new"),
    path("data-elements/catalogue/<str:code>/", catalogue.resource, name="resource"),
    path("data-elements/catalogue/<str:code>/change/", catalogue.describe, name="describe"),
    path("data-elements/catalogue/<str:code>/step/", catalogue.move, name="resource_step"),
    path("data-elements/sources/", sources.sources, name="sources"),
    path("data-elements/sources/<int:pk>/", sources.source, name="source"),
]
