"""Every address. Each room names its own pages; this list only gathers them."""

from django.urls import URLPattern, URLResolver, include, path

from shucheng.web import demo, views
from shucheng.web.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("shucheng.web.cockpit.urls")),
    path("start/", views.start, name="start"),
    path("our-duties/", views.our_duties, name="our_duties"),
    path("language/", views.choose_language, name="language"),
    path("search/", views.search, name="search"),
    path("demo/sign-in/", demo.sign_in, name="demo_sign_in"),
    path("accounts/", include("shucheng.kernel.identity.account_urls")),
    path("api/v1/", api.urls),
    path("", include("shucheng.kernel.identity.urls")),
    path("", include("shucheng.kernel.audit.urls")),
    path("", include("shucheng.kernel.files.urls")),
    path("", include("shucheng.kernel.observations.urls")),
    path("", include("shucheng.kernel.reporting.urls")),
    path("", include("shucheng.kernel.reminders.urls")),
    path("", include("shucheng.kernel.jobs.urls")),
    path("", include("shucheng.kernel.alerts.urls")),
    path("", include("shucheng.kernel.operations.urls")),
    path("", include("shucheng.plan.urls")),
    path("", include("shucheng.plan.supervision.urls")),
    path("", include("shucheng.plan.briefings.urls")),
    path("", include("shucheng.plan.open_data.urls")),
    path("", include("shucheng.bays.statistics.urls")),
    path("", include("shucheng.bays.data.urls")),
]

handler400 = "shucheng.web.views.bad_request"
handler403 = "shucheng.web.views.forbidden"
handler404 = "shucheng.web.views.not_found"
handler500 = "shucheng.web.views.defect"
