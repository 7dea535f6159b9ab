"""Hostile input through every screen and interface: refused or harmless, never a server error."""

import base64
import hashlib
import json

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.identity.actions.organisations import create_organisation
from shucheng.kernel.identity.models import Organisation

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' OR '1'='1",
    "'; DROP TABLE identity_person; --",
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "{{ 7*7 }}{% debug %}",
    "\x00\x01",
    "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "%(password)s",
    "９" * 300,
    "-1",
    "1e309",
    "99999999999999999999",
]
SEARCHES = [
    "/organisations/",
    "/people/",
    "/search/",
    "/settings/cases/",
    "/data/metrics/",
    "/findings/",
]


@pytest.fixture
def office(browser_of, make_person) -> Client:
    return browser_of(make_person("office", Role.PLAN_OFFICE))


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("page", SEARCHES)
def test_hostile_words_in_a_search_are_harmless(office, page, hostile):
    asked = {"q": hostile, "kind": hostile, "state": hostile, "page": hostile, "severity": hostile}
    response = office.get(page, asked)
    assert response.status_code < 500
    assert "<script>alert" not in response.content.decode()
    assert "onerror=alert(1)>" not in response.content.decode().replace("&gt;", "")


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("view", ["identity:organisation", "plan:duties", "plan:indicator"])
def test_hostile_addresses_lead_nowhere(office, view, hostile):
    from django.urls import NoReverseMatch

    argument = hostile.replace("/", "%2F")
    try:
        path = reverse(view, args=[argument])
    except NoReverseMatch:
        return
    response = office.get(path)
    assert response.status_code in {400, 404, 200, 302}
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize("hostile", HOSTILE[:8])
def test_hostile_names_are_shown_as_the_text_they_are(office, hostile):
    sent = {"code": "x1", "name": hostile[:80], "kind": "department"}
    response = office.post("/organisations/new/", sent, follow=True)
    assert response.status_code == (400 if "\0" in hostile else 200)
    page = response.content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "49" not in page.split("<h1>")[-1].split("</h1>")[0]


def test_a_search_is_a_parameter_and_not_part_of_the_query(office):
    create_organisation("only", "唯一", "park", actor=system_actor("cli"))
    found = office.get("/organisations/", {"q": "' OR '1'='1"})
    assert not found.context["branches"]
    assert Organisation.objects.filter(code="only").exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
BODIES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("name", "kind", "parent", "area", "order", "valid_from", "aliases", "full_name"), JSON
    ),
)


@given(body=BODIES | JSON)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_body_brings_the_api_down(office, body):
    for method, path in (
        ("post", "/api/v1/organisations/new-one"),
        ("patch", "/api/v1/organisations/bureau"),
        ("put", "/api/v1/organisations/bureau/aliases"),
    ):
        answer = getattr(office, method)(path, json.dumps(body), content_type="application/json")
        assert answer.status_code < 500, (method, body, answer.content[:300])


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 2000, b'{"a":' * 500])
def test_what_is_no_json_is_refused(office, body):
    answer = office.patch("/api/v1/organisations/bureau", body, content_type="application/json")
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"name": "a\\u0000b"}', 400),
        ('{"name": "a\\\\u0000b"}', 200),
        ('{"name": "a\\\\\\u0000b"}', 400),
    ],
)
def test_nul_is_refused_in_json_and_a_backslash_is_not_taken_for_it(office, body, status):
    answer = office.patch("/api/v1/organisations/bureau", body, content_type="application/json")
    assert answer.status_code == status


def test_nul_is_refused_in_a_form(office):
    sent = {"code": "x1", "name": "a\x00b", "kind": "department"}
    assert office.post("/organisations/new/", sent).status_code == 400


def digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def test_a_body_changed_on_its_way_is_refused(office):
    def put(body: bytes, header: str) -> int:
        return office.put(
            "/api/v1/organisations/bureau/aliases",
            body,
            content_type="application/json",
            headers={"Content-Digest": header},
        ).status_code

    assert put('["工信局"]'.encode(), digest('["工信局"]'.encode())) == 200
    assert put('["农业局"]'.encode(), digest('["工信局"]'.encode())) == 400
    assert put(b"[]", "sha-256=broken") == 400
    assert put(b"[]", "md5=:AAAA:") == 400
