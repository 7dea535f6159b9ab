from django.urls import path

from shucheng.plan.briefings.views import pages, templates, writing

app_name = "briefings"

urlpatterns = [
    path("briefings/", pages.show_list, name="list"),
    path("briefings/new/", writing.new, name="new"),
    path("briefings/templates/", templates.show, name="templates"),
    path("briefings/templates/upload/", templates.upload, name="upload_template"),
    path("briefings/templates/restore/", templates.restore, name="restore_template"),
    path("briefings/templates/<int:version_id>/", templates.take, name="take_template"),
    path("briefings/<int:pk>/", pages.show, name="briefing"),
    path("briefings/<int:pk>/check/", pages.check, name="check"),
    path("briefings/<int:pk>/charts/<int:at>.svg", pages.chart, name="chart"),
    path("briefings/<int:pk>/files/<slug:form>/", pages.take, name="file"),
    path("briefings/<int:pk>/write/", writing.write, name="write"),
    path("briefings/<int:pk>/issue/", writing.issue, name="issue"),
    path("briefings/<int:pk>/drop/", writing.drop, name="drop"),
]
