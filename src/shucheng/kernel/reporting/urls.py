from django.urls import path

from shucheng.kernel.reporting.views import (
    bundles,
    draft,
    forms,
    lists,
    moves,
    office,
    rules,
    sheet,
    workbooks,
)

app_name = "reporting"
urlpatterns = [
    path("reporting/", lists.show_tasks, name="tasks"),
    path("reporting/inbox/", lists.show_inbox, name="inbox"),
    path("reporting/progress/", lists.show_progress, name="progress"),
    path("reporting/forms/", forms.show_forms, name="forms"),
    path("reporting/forms/<str:code>/", forms.show_form, name="form"),
    path("reporting/forms/<str:code>/<slug:deed>/", forms.change, name="form_change"),
    path("reporting/rules/", rules.show_rules, name="rules"),
    path("reporting/rules/<str:code>/", rules.show_rule, name="rule"),
    path("reporting/rules/<str:code>/<slug:deed>/", rules.change, name="rule_change"),
    path("reporting/bundles/<str:period>/workbook.xlsx", bundles.download, name="bundle"),
    path("reporting/bundles/<str:period>/upload/", bundles.upload, name="bundle_upload"),
    path(
        "reporting/bundles/<str:period>/upload/<int:file_id>/",
        bundles.staged,
        name="bundle_staged",
    ),
    path(
        "reporting/bundles/<str:period>/upload/<int:file_id>/take/",
        bundles.take_over,
        name="bundle_take",
    ),
    path("reporting/locks/", office.show_locks, name="locks"),
    path("reporting/locks/<slug:deed>/", office.change_lock, name="lock_change"),
    path("reporting/tasks/<int:obligation_id>/", sheet.show_task, name="task"),
    path("reporting/tasks/<int:obligation_id>/draft/", draft.save, name="draft"),
    path("reporting/tasks/<int:obligation_id>/evidence/", draft.add_evidence, name="evidence"),
    path("reporting/tasks/<int:obligation_id>/correction/", draft.correct, name="correct"),
    path("reporting/tasks/<int:obligation_id>/extension/", draft.extend, name="extend"),
    path("reporting/tasks/<int:obligation_id>/workbook.xlsx", workbooks.download, name="workbook"),
    path("reporting/tasks/<int:obligation_id>/upload/", workbooks.upload, name="upload"),
    path(
        "reporting/tasks/<int:obligation_id>/upload/<int:file_id>/",
        workbooks.staged,
        name="staged",
    ),
    path(
        "reporting/tasks/<int:obligation_id>/upload/<int:file_id>/take/",
        workbooks.take_over,
        name="take_over",
    ),
    path(
        "reporting/submissions/<int:submission_id>/evidence/<int:file_id>/",
        moves.open_evidence,
        name="evidence_file",
    ),
    path(
        "reporting/submissions/<int:submission_id>/evidence/<int:file_id>/remove/",
        draft.remove_evidence,
        name="evidence_remove",
    ),
    path("reporting/submissions/<int:submission_id>/<slug:move>/", moves.step, name="step"),
    path("reporting/extensions/<int:request_id>/", moves.decide, name="decide"),
]
