from django.urls import path

from shucheng.kernel.identity.views import account, notices, organisations, people, policy

app_name = "identity"
urlpatterns = [
    path("organisations/", organisations.list_organisations, name="organisations"),
    path("organisations/new/", organisations.add_organisation, name="organisation_new"),
    path("organisations/<str:code>/", organisations.show_organisation, name="organisation"),
    path(
        "organisations/<str:code>/change/",
        organisations.change_organisation,
        name="organisation_change",
    ),
    path("people/", people.list_people, name="people"),
    path("people/new/", people.add_person, name="person_new"),
    path("people/<int:person_id>/", people.show_person, name="person"),
    path("people/<int:person_id>/expiry/", people.set_expiry, name="person_expiry"),
    path("people/<int:person_id>/password/", people.reset_password, name="person_password"),
    path("people/<int:person_id>/contact/", people.unmask, name="person_contact"),
    path("people/<int:person_id>/clearance/", people.clear, name="person_clearance"),
    path("people/<int:person_id>/roles/", people.add_role, name="person_roles"),
    path("people/<int:person_id>/<slug:step>/", people.take_step, name="person_step"),
    path("roles/<int:membership_id>/end/", people.finish_role, name="role_end"),
    path("account/", account.show_account, name="account"),
    path("account/change/", account.change_account, name="account_change"),
    path("account/acting/", account.act_for, name="acting"),
    path("account/sessions/end/", account.end_sessions, name="sessions_end"),
    path("account/my-data.json", account.download_own_data, name="own_data"),
    path("account/notices/<int:delivery_id>/", notices.read, name="notice"),
    path("account/tokens/", account.add_token, name="token_new"),
    path("account/tokens/<int:token_id>/end/", account.end_token, name="token_end"),
    path("settings/access/", policy.show_access_policy, name="access_policy"),
    path("settings/security/", policy.show_security, name="security"),
    path("settings/cases/", policy.list_cases, name="cases"),
    path("settings/cases/register.json", policy.download_processing, name="processing"),
    path("privacy/", policy.show_privacy, name="privacy"),
    path("report/", policy.report, name="report"),
    path("report/<str:number>/notices/", notices.tell, name="notices"),
    path("report/<str:number>/", policy.show_case, name="case"),
]
