"""The sandbox over HTTP: useful queries run, hostile ones are refused by name, none harms."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from shucheng.bays.data.engine.delivery.apart import Apart, Task
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.engine.delivery.sandbox import Limits
from shucheng.bays.data.models.delivery import Call
from shucheng.bays.data.queries import sandboxes
from shucheng.bays.data.tests.agreed import SHOWS, deal
from shucheng.bays.data.tests.conftest import Cast
from shucheng.bays.data.tests.test_api_delivering import ask, nothing_kept, token

__all__ = ["nothing_kept"]

FILE = Path(__file__).with_name("delivery_attacks.yaml")
CANARY = "canary-91c4"
# One of each group of attacks, as a buyer would send it.
SAMPLES = [
    (group, each["code"], each["sql"][0].replace("firms", "product"))
    for group, each in yaml.safe_load(FILE.read_text(encoding="utf-8")).items()
]


@pytest.mark.slow
@pytest.mark.django_db
def test_queries_over_http(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One agreement, one child: what runs, what is refused, and that nothing got out."""
    monkeypatch.setenv("SHUCHENG_CANARY", CANARY)
    secret = tmp_path / "secret.csv"
    secret.write_text(f"secret\n{CANARY}\n")
    code = deal(cast, quota={"calls": 500}).code
    given = token(cast, code, "sandbox")
    status, answer = ask(
        code, given, "query", sql="select area, count(*), sum(income) from product group by 1"
    )
    assert status == 200, answer
    assert sorted(row[0] for row in answer["rows"]) == ["320902", "320903"]
    paired = "select a.id from product a join product b on a.area = b.area"
    assert len(ask(code, given, "query", sql=paired)[1]["rows"]) == 800, "more than it has rows"
    assert ask(code, given, "query", sql="select note from product")[1]["code"] == (
        "delivery.unknown-column"
    )
    first = sandboxes._KEPT[code]
    for group, allowed, sql in SAMPLES:
        hostile = sql.format(file=secret, other=secret, out=tmp_path / "out")
        status, answer = ask(code, given, "query", sql=hostile)
        assert status == 422, (group, hostile, answer)
        codes = [allowed] if isinstance(allowed, str) else allowed
        assert answer["code"].removeprefix("delivery.") in codes, (group, answer)
        assert CANARY not in str(answer)
    assert sandboxes._KEPT[code] is first, "one process an agreement"
    assert first.alive
    assert Call.objects.filter(mode="sandbox", outcome="delivered").count() == 2
    assert not (tmp_path / "out").exists()
    sandboxes.forget(code)
    assert not first.alive


@pytest.mark.slow
@pytest.mark.django_db
def test_where_groups_were_agreed_only_aggregates_leave(cast: Cast):
    code = deal(cast, shows={**SHOWS, "groups": {"at_least": 5, "unit": "id"}}).code
    given = token(cast, code, "sandbox")
    assert ask(code, given, "query", sql="select * from product")[1]["code"] == (
        "delivery.only-aggregates"
    )
    few = ask(code, given, "query", sql="select count(*) from product where id < 3")
    assert few[1]["rows"] == []
    assert ask(code, given, "query", sql="select count(*) from product")[1]["rows"] == [[40]]


@pytest.fixture(scope="module")
def child() -> Iterator[Apart]:
    os.environ["SHUCHENG_CANARY"] = CANARY
    sources = {"firms": "SELECT range AS id, 'n' || range AS name FROM range(3000)"}
    made = Apart(Task(sources, Limits(seconds=1.0, rows=1_000, memory="64MB")))
    yield made
    made.close()
    del os.environ["SHUCHENG_CANARY"]


@pytest.mark.slow
def test_the_child_has_no_secret_no_file_and_no_room(child: Apart):
    pid = child._process.pid
    assert CANARY not in Path(f"/proc/{pid}/environ").read_text()
    limits = Path(f"/proc/{pid}/limits").read_text()
    for name in ("Max open files", "Max file size", "Max core file size"):
        line = next(each for each in limits.splitlines() if each.startswith(name))
        assert line[len(name) :].split()[:2] == ["0", "0"], line
    line = next(each for each in limits.splitlines() if each.startswith("Max address space"))
    assert line.split()[3].isdigit()


@pytest.mark.slow
def test_a_query_that_does_not_end_is_stopped_and_the_next_one_served():
    sources = {"firms": "SELECT range AS id, 'n' || range AS name FROM range(3000)"}
    made = Apart(Task(sources, Limits(seconds=1.0, rows=1_000, memory="64MB")))
    long = "select count(*) from firms a, firms b, firms c where a.id + b.id < c.id"
    with pytest.raises(Refused) as refused:
        made.query(long)
    assert refused.value.code == "query-too-slow"
    assert made.query("select count(*) from firms").rows == [(3000,)]
    made._process.kill()
    made._process.wait()
    with pytest.raises(Refused) as refused:
        made.query("select 1")
    assert refused.value.code == "sandbox-failed"
    made.close()


@pytest.mark.slow
def test_too_many_rows_do_not_leave(child: Apart):
    with pytest.raises(Refused) as refused:
        child.query("select * from firms")
    assert refused.value.code == "answer-too-large"
    answer: Any = child.query("select id, name from firms where id < 2 order by id")
    assert answer.rows == [(0, "n0"), (1, "n1")]
