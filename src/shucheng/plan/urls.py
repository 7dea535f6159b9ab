from django.urls import path

from shucheng.plan.views import judging, load, monitoring, publish, read, review

app_name = "plan"

urlpatterns = [
    path("plan/", load.version_list, name="versions"),
    path("plan/load/", load.load, name="load"),
    path("plan/<int:version_id>/", load.version_page, name="version"),
    path("plan/<int:version_id>/publish/", publish.publish, name="publish"),
    path("plan/<int:version_id>/discard/", publish.discard, name="discard"),
    path("plan/<int:version_id>/in-force/", publish.in_force, name="in_force"),
    path("plan/<int:version_id>/move/", publish.move, name="move"),
    path("plan/<int:version_id>/remove/", load.remove, name="remove"),
    path("plan/<int:version_id>/text/", read.text, name="text"),
    path("plan/<int:version_id>/review/", review.review, name="review"),
    path("plan/<int:version_id>/difference/", review.difference, name="difference"),
    path("plan/<int:version_id>/items/", review.add, name="add_item"),
    path("plan/<int:version_id>/accept-open/", review.accept_open, name="accept_open"),
    path("plan/items/<int:item_id>/", review.show_item, name="item"),
    path("plan/items/<int:item_id>/edit/", review.edit_item, name="edit_item"),
    path("plan/items/<int:item_id>/<slug:decision>/", review.decide, name="decide"),
    path("plan/findings/<int:finding_id>/note/", review.note_finding, name="note_finding"),
    path("findings/", read.findings, name="findings"),
    path("duties/", read.organisations, name="organisations"),
    path("duties/<str:name>/", read.duties, name="duties"),
    path("indicators/<str:code>/", read.indicator, name="indicator"),
    path("indicators/<str:code>/data.csv", read.indicator_csv, name="indicator_csv"),
    path("monitoring/", monitoring.overview, name="monitoring"),
    path("monitoring/data.csv", monitoring.overview_csv, name="monitoring_csv"),
    path("monitoring/rule/", monitoring.light_rule, name="light_rule"),
    path("monitoring/indicators/<str:code>/", judging.judging, name="judging"),
    path("monitoring/indicators/<str:code>/split/", judging.split_preview, name="split"),
    path("explain/light/<str:code>/", monitoring.light, name="explain_light"),
    path("areas/<str:code>/", read.area, name="area"),
    path("areas/<str:code>/data.csv", read.area_csv, name="area_csv"),
    path("rules/<slug:rule>/", read.rule, name="rule"),
    path("tasks/<int:pk>/", read.task, name="task"),
    path("work-points/<int:pk>/", read.work_point, name="work_point"),
    path("explain/target/<int:pk>/", read.explain_target, name="target"),
    path(
        "explain/target/<int:pk>/<str:period>/",
        read.explain_target_value,
        name="explain_target_value",
    ),
    path(
        "explain/indicator/<str:code>/<int:year>/",
        read.explain_indicator_target,
        name="explain_indicator_target",
    ),
    path("explain/value/<str:code>/<str:period>/", read.explain_value, name="explain_value"),
    path("explain/observation/<int:pk>/", read.explain_observation, name="explain_observation"),
]
