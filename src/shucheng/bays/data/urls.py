from django.urls import path

from shucheng.bays.data.views import certificates, grading, home, quality

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
    path("data-elements/quality/", quality.quality, name="quality"),
    path("data-elements/quality/defects/", quality.quality_defects, name="quality_defects"),
    path(
        "data-elements/quality/resources/<str:code>/",
        quality.quality_resource,
        name="quality_resource",
    ),
    path("data-elements/quality/certificates/", certificates.certificates, name="certificates"),
    path(
        "data-elements/quality/certificates/<str:code>/",
        certificates.certificate,
        name="certificate",
    ),
    path(
        "data-elements/quality/certificates/<str:code>/croissant.jsonld",
        certificates.certificate_jsonld,
        name="certificate_jsonld",
    ),
    path(
        "data-elements/quality/resources/<str:code>/certificate/",
        certificates.certificate_issue,
        name="certificate_issue",
    ),
]
