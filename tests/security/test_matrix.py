"""Every address and API operation, asked as everybody: who may do what is pinned.

The table is `matrix.json`. After adding or changing a page or an operation run
`make security-matrix` and review the difference: it says who gained or lost what.
"""

import json
import os
from pathlib import Path

import pytest
from tests.security.samples import NOBODY, STRANGER, make_samples
from tests.security.walk import outcomes, probes

from shucheng.kernel.actor import Role

TABLE = Path(__file__).with_name("matrix.json")
Table = dict[str, dict[str, list[str]]]
WRITE = bool(os.environ.get("SHUCHENG_WRITE_MATRIX"))
# Several workers ask it together; written down, it is one table.
PARTS = 1 if WRITE else 8

# What a stranger from the internet may reach, page by page.
OPEN_TO_ANYBODY = {
    "GET /accounts/login/",
    "POST /accounts/login/",
    "GET /accounts/inactive/",
    "POST /accounts/inactive/",
    "GET /accounts/oidc/cancelled/",
    "POST /accounts/oidc/cancelled/",
    "GET /accounts/oidc/error/",
    "POST /accounts/oidc/error/",
    "GET /privacy/",
    "POST /privacy/",
    "GET /report/",
    "POST /report/",
    "GET /report/<str:number>/",
    "POST /report/<str:number>/",
    "GET /api/v1/openapi.json",
    "GET /api/v1/docs",
    "GET /healthz",
    "POST /healthz",
    "GET /readyz",
    "POST /readyz",
}
# What an account without any role may reach: signing in, itself, and what is open to anybody.
OWN = ("/accounts/", "/account/")


def pinned() -> Table:
    return json.loads(TABLE.read_text(encoding="utf-8"))


def written(table: Table) -> str:
    lines = [f"  {json.dumps(name)}: {json.dumps(table[name])}" for name in sorted(table)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.django_db
def test_who_may_do_what_is_as_pinned(part: int):
    samples = make_samples()
    every = list(probes(samples))
    table = {probe.name: outcomes(probe, samples) for probe in every[part::PARTS]}
    defects = {name: found for name, found in table.items() if any("DEFECT" in f for f in found)}
    assert not defects, f"no request may end in a server error: {defects}"
    if WRITE:
        TABLE.write_text(written(table), encoding="utf-8")
    expected = pinned()
    new = sorted(table.keys() - expected.keys())
    gone = sorted(expected.keys() - {probe.name for probe in every})
    changed = {
        name: {"pinned": expected[name], "found": table[name]}
        for name in sorted(table.keys() & expected.keys())
        if table[name] != expected[name]
    }
    advice = "run `make security-matrix`, review the difference of tests/security/matrix.json"
    assert not new, f"addresses without an entry: {new}; {advice}"
    assert not gone, f"entries without an address: {gone}; {advice}"
    assert not changed, f"{json.dumps(changed, indent=1)}\n{advice}"


def test_strangers_reach_only_what_is_meant_for_them():
    reached = {name for name, found in pinned().items() if "anonymous" in found.get("ok", ())}
    assert reached <= OPEN_TO_ANYBODY, sorted(reached - OPEN_TO_ANYBODY)


def test_an_account_without_a_role_can_do_nothing_but_look_after_itself():
    reached = {
        name
        for name, found in pinned().items()
        if NOBODY in found.get("ok", ())
        and name not in OPEN_TO_ANYBODY
        and not name.split(" ")[1].startswith(OWN)
    }
    assert reached <= {"GET /api/v1/me"}, sorted(reached)


def test_programs_reach_no_page():
    for name, found in pinned().items():
        if "/api/" not in name and name not in OPEN_TO_ANYBODY:
            assert Role.SERVICE.value not in found.get("ok", ()), name


def test_system_security_and_audit_administrators_have_duties_that_do_not_overlap():
    table = pinned()

    def reach(role: Role) -> set[str]:
        return {name for name, found in table.items() if role.value in found.get("ok", ())}

    assert "GET /audit/" in reach(Role.AUDITOR)
    assert "GET /audit/" not in reach(Role.ADMINISTRATOR) | reach(Role.SECURITY)
    assert "GET /people/new/" in reach(Role.ADMINISTRATOR)
    assert "GET /people/new/" not in reach(Role.SECURITY) | reach(Role.AUDITOR)
    assert "GET /settings/cases/" in reach(Role.SECURITY)
    assert "GET /settings/cases/" not in reach(Role.ADMINISTRATOR) | reach(Role.AUDITOR)


def test_a_liaison_of_another_organisation_sees_less_than_one_of_the_own():
    table = pinned()
    assert STRANGER in table["GET /people/<int:person_id>/"]["absent"]
    assert Role.LIAISON.value in table["GET /people/<int:person_id>/"]["ok"]
