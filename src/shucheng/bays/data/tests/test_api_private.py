"""Aggregates with noise never cost more than was agreed; intersections tell sizes alone."""

import base64
import os
import subprocess
import sys
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import create_database, start_cluster

from shucheng.bays.data.actions.budgets import DatabaseStore
from shucheng.bays.data.engine.delivery import intersection
from shucheng.bays.data.models.delivery import Budget, Call
from shucheng.bays.data.queries.budgets import privacy_left
from shucheng.bays.data.tests.agreed import SHOWS, deal
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.test_api_delivering import ask, nothing_kept, token

__all__ = ["nothing_kept"]

needs_opendp = pytest.mark.skipif(not find_spec("opendp"), reason="the extra `privacy`")
needs_psi = pytest.mark.skipif(
    not find_spec("private_set_intersection"), reason="the extra `privacy`"
)
PRIVATE = {
    **SHOWS,
    "private": {
        "unit": "id",
        "columns": {"income": {"low": "0", "high": "1000", "step": "1"}},
        "by": {"area": ["320902", "320903", "320999"]},
    },
}


@needs_opendp
@pytest.mark.django_db
def test_noise_is_paid_for_and_the_budget_ends(cast: Cast):
    agreed = deal(cast, rows=400, shows=PRIVATE, epsilon="1.5")
    given = token(cast, agreed.code, "aggregate")
    status, answer = ask(agreed.code, given, "aggregate", epsilon="1", by="area")
    assert status == 200, answer
    counted = {each["group"]: Decimal(each["value"]) for each in answer["values"]}
    assert set(counted) == {"320902", "320903", "320999"}
    assert abs(counted["320902"] - 200) < 50
    assert answer["epsilon_left"] == "0.5"
    over = ask(agreed.code, given, "aggregate", epsilon="0.6")
    assert over[1]["code"] == "delivery.budget-spent"
    assert privacy_left(agreed.agreement) == Decimal("0.5")
    assert ask(agreed.code, given, "aggregate", epsilon="0.5", column="income")[0] == 200
    assert ask(agreed.code, given, "aggregate", epsilon="0.000001")[0] == 429


@needs_opendp
@pytest.mark.django_db
def test_only_what_was_agreed_is_answered_and_nothing_is_spent_else(cast: Cast):
    agreed = deal(cast, shows=PRIVATE, epsilon="1")
    given = token(cast, agreed.code, "aggregate")
    for said, code in (
        ({"epsilon": "0.1", "column": "id"}, "unknown-column"),
        ({"epsilon": "0.1", "by": "name"}, "unknown-column"),
        ({"epsilon": "0"}, "question-unusable"),
        ({"epsilon": "-1"}, "question-unusable"),
        ({"epsilon": "NaN"}, "question-unusable"),
        ({"epsilon": "x"}, "question-unusable"),
    ):
        assert ask(agreed.code, given, "aggregate", **said)[1]["code"] == f"delivery.{code}", said
    assert privacy_left(agreed.agreement) == 1
    plain = deal(cast, number=2)
    other = token(cast, plain.code, "aggregate")
    assert ask(plain.code, other, "aggregate", epsilon="1")[0] == 422
    none = deal(cast, number=3, shows=PRIVATE)
    other = token(cast, none.code, "aggregate")
    assert ask(none.code, other, "aggregate", epsilon="1")[1]["code"] == "delivery.no-budget"


@pytest.mark.skipif(bool(find_spec("opendp")), reason="the extra is there")
@pytest.mark.django_db
def test_without_the_extra_it_is_said_and_nothing_is_spent(cast: Cast):
    agreed = deal(cast, shows=PRIVATE, epsilon="1")
    status, answer = ask(
        agreed.code, token(cast, agreed.code, "aggregate"), "aggregate", epsilon="1"
    )
    assert (status, answer["code"]) == (501, "delivery.privacy-missing")
    assert "privacy" in answer["detail"]
    assert privacy_left(agreed.agreement) == 1


PREPARE = """
import django
django.setup()
from django.db import connection
from shucheng.bays.data.actions.budgets import DatabaseStore
from shucheng.bays.data.engine.delivery.ledger import open_budget
from shucheng.bays.data.models.delivery import Budget
with connection.schema_editor() as editor:
    editor.create_model(Budget)
open_budget(DatabaseStore(), "epsilon:AGR-P", 1000)
"""
SPENDER = """
import sys, django
from concurrent.futures import ThreadPoolExecutor
django.setup()
from django.db import connection
from shucheng.bays.data.actions.budgets import DatabaseStore
from shucheng.bays.data.engine.delivery.ledger import spend
from shucheng.bays.data.engine.delivery.model import Refused
def spent(thread):
    done = 0
    for n in range(20):
        try:
            spend(DatabaseStore(), "epsilon:AGR-P", 10, f"{sys.argv[1]}-{thread}-{n}")
            done += 10
        except Refused as refused:
            assert refused.code == "budget-spent", refused.code
    connection.close()
    return done
with ThreadPoolExecutor(3) as pool:
    print(sum(pool.map(spent, range(3))))
"""


def spent_by_processes(folder: Path, url: str) -> int:
    """What three processes of three threads could spend of a budget of 1,000, on a database of
    their own."""
    env = {**os.environ, "SHUCHENG_DATA": str(folder), "SHUCHENG_HTTPS": "0"}
    env |= {"DJANGO_SETTINGS_MODULE": "shucheng.web.settings", "SHUCHENG_DATABASE_URL": url}
    python = [sys.executable, "-W", "ignore", "-c"]
    subprocess.run([*python, PREPARE], env=env, check=True, timeout=400)
    running = [
        subprocess.Popen([*python, SPENDER, str(at)], env=env, stdout=subprocess.PIPE, text=True)
        for at in range(3)
    ]
    return sum(int(each.communicate(timeout=400)[0]) for each in running)


@pytest.mark.slow
def test_threads_and_processes_cannot_overspend_a_budget_on_sqlite(tmp_path: Path):
    assert spent_by_processes(tmp_path, "") == 1_000


@pytest.mark.slow
def test_threads_and_processes_cannot_overspend_a_budget_on_postgresql(tmp_path: Path):
    with start_cluster() as url:
        assert spent_by_processes(tmp_path, create_database(url, "budgets")) == 1_000


@pytest.mark.django_db
def test_a_record_is_set_from_the_version_that_was_read_alone():
    store = DatabaseStore()
    assert store.read("k") == ("", 0)
    assert store.compare_and_set("k", 0, "a")
    assert not store.compare_and_set("k", 0, "b")
    assert store.read("k") == ("a", 1)
    assert store.compare_and_set("k", 1, "b")
    assert not store.compare_and_set("k", 1, "c")
    assert Budget.objects.get(key="k").value == "b"


TERMS: dict[str, Any] = {"column": "id", "at_least": 3, "at_most": 50}


@needs_psi
@pytest.mark.django_db
def test_an_intersection_over_http_tells_its_size(cast: Cast):
    code = deal(cast, shows={**SHOWS, "intersection": TERMS}).code
    terms = intersection.Terms(at_least=3, at_most=50)
    buyer = intersection.Buyer(terms, [str(n) for n in range(30, 60)])
    sent = base64.b64encode(buyer.request()).decode()
    given = token(cast, code, "intersection")
    status, answer = ask(code, given, "intersection", request=sent)
    assert status == 200, answer
    parts = [base64.b64decode(answer[each]) for each in ("setup", "response")]
    assert buyer.size(*parts) == 10
    assert Call.objects.get(code=answer["call"]).mode == "intersection"
    members = intersection.Buyer(
        intersection.Terms(members=True, at_least=3), [str(n) for n in range(9)]
    )
    sent = base64.b64encode(members.request()).decode()
    refused = ask(code, given, "intersection", request=sent)
    assert refused[1]["code"] == "delivery.intersection-not-agreed"
    assert ask(code, given, "intersection", request="?")[1]["code"] == (
        "delivery.intersection-wrong-size"
    )
    none = deal(cast, number=2).code
    assert ask(none, token(cast, none, "intersection"), "intersection", request=sent)[0] == 422
