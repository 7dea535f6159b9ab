"""What stands around every page: https, headers, addresses, CSRF, nothing open by default."""

import pytest
from django.test import Client
from django.urls import reverse

from shucheng.kernel.actor import Role
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.identity.network import within


def test_plain_http_is_sent_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    response = client.get("/accounts/login/")
    assert response.status_code == 301
    assert response.url.startswith("https://")


def test_over_https_the_browser_is_told_to_stay_there(client, settings, db):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31536000
    response = client.get("/accounts/login/", secure=True)
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_stranger_cannot_pretend_to_come_over_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.TRUSTED_PROXIES = []
    response = client.get("/accounts/login/", headers={"X-Forwarded-Proto": "https"})
    assert response.status_code == 301


def test_behind_a_trusted_proxy_https_is_believed(client, settings, db):
    settings.SECURE_SSL_REDIRECT = True
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
    response = client.get("/accounts/login/", headers={"X-Forwarded-Proto": "https"})
    assert response.status_code == 200


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, settings, make_person):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    make_person("li", Role.LIAISON)
    client.get("/accounts/login/", secure=True)
    client.post("/accounts/login/", {"login": "li", "password": "Correct-Horse-7"}, secure=True)
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert cookie["httponly"], name
        assert cookie["secure"], name
        assert cookie["samesite"] == "Lax", name


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("Content-Security-Policy", "script-src 'self'"),
        ("Content-Security-Policy", "frame-ancestors 'none'"),
        ("Content-Security-Policy", "object-src 'none'"),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", "camera=()"),
    ],
)
def test_every_answer_carries_the_protective_headers(client, db, header, part):
    assert part in client.get("/accounts/login/").headers[header]


def test_pages_of_a_signed_in_person_are_kept_by_no_cache(browser_of, make_person):
    browser = browser_of(make_person("li", Role.LIAISON))
    assert "no-store" in browser.get("/organisations/").headers["Cache-Control"]


def test_a_page_needs_signing_in_unless_it_says_otherwise(client, db):
    response = client.get("/organisations/?kind=park")
    assert response.status_code == 302
    assert response.url == "/accounts/login/?next=%2Forganisations%2F%3Fkind%3Dpark"


def test_a_fragment_asked_for_without_signing_in_takes_the_whole_page_to_the_sign_in(client, db):
    response = client.get(
        "/organisations/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?q=a"},
    )
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=%2Fpeople%2F%3Fq%3Da"


def test_a_write_without_the_csrf_token_is_refused(browser_of, make_person):
    browser = browser_of(make_person("li", Role.LIAISON), enforce_csrf_checks=True)
    assert browser.post("/account/sessions/end/").status_code == 403
    answer = browser.put("/api/v1/organisations/x/aliases", "[]", content_type="application/json")
    assert answer.status_code == 403
    assert answer.json()["code"] == "csrf"


@pytest.mark.parametrize(
    ("remote", "forwarded", "seen"),
    [
        ("203.0.113.9", "10.0.0.1", "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9, 127.0.0.1", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_the_address_is_the_nearest_that_is_no_trusted_proxy(rf, settings, remote, forwarded, seen):
    from shucheng.kernel.identity.network import client_address

    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    request = rf.get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert client_address(request) == seen


def test_what_is_no_address_lies_in_no_network():
    assert within("10.1.2.3", ["10.0.0.0/8"])
    assert within("2001:db8::1", ["2001:db8::/32"])
    assert not within("unix:", ["0.0.0.0/0"])


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR])
def test_management_duties_are_open_from_the_management_network_only(
    browser_of, make_person, settings, role
):
    settings.ADMIN_NETWORKS = ["10.1.0.0/16"]
    browser = browser_of(make_person("boss", role))
    page = reverse("identity:access_policy")
    inside, outside = {"REMOTE_ADDR": "10.1.2.3"}, {"REMOTE_ADDR": "203.0.113.9"}
    assert browser.get(page, **inside).status_code == 200
    refused = browser.get(page, **outside)
    assert refused.status_code == 403
    assert browser.get("/api/v1/people", **outside).status_code == 403


def test_other_duties_are_open_from_everywhere(browser_of, make_person, settings):
    settings.ADMIN_NETWORKS = ["10.1.0.0/16"]
    browser = browser_of(make_person("li", Role.LIAISON))
    assert browser.get("/organisations/", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_a_token_of_an_administrator_is_no_way_around_the_management_network(make_person, settings):
    from shucheng.kernel.identity.actions.tokens import issue_token
    from shucheng.kernel.identity.actors import actor_for_person
    from shucheng.kernel.identity.models import Membership

    person = make_person("boss", Role.ADMINISTRATOR)
    held = Membership.objects.get(person=person)
    _, secret = issue_token(held.pk, "script", actor=actor_for_person(person))
    settings.ADMIN_NETWORKS = ["10.1.0.0/16"]
    bearer = {"Authorization": f"Bearer {secret}"}
    outside = Client().get("/api/v1/people", headers=bearer, REMOTE_ADDR="203.0.113.9")
    inside = Client().get("/api/v1/people", headers=bearer, REMOTE_ADDR="10.1.2.3")
    assert (outside.status_code, inside.status_code) == (403, 200)


def test_a_refusal_names_the_right_in_words_and_the_audit_log_its_code(browser_of, make_person):
    browser = browser_of(make_person("li", Role.LIAISON))
    page = browser.get("/organisations/new/?lang=en").content.decode()
    assert "Create and change organisations, areas and aliases" in page
    assert "identity.manage_organisations" not in page
    browser.post("/people/1/deactivate/")
    facts = AuditEntry.objects.filter(error_code="permission.denied").latest("sequence").facts
    assert "identity.manage_people" in facts
