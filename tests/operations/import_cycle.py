"""Imports of registers that can be killed: one who imports month after month, one who checks.

Each runs in a process of its own (see `test_killed_imports.py`); what was acknowledged is what was
written to a file after an action or a worker had returned.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from django.apps import apps
from django.conf import settings

from shucheng.bays.statistics.actions import firm_rows
from shucheng.bays.statistics.actions.importing import (
    confirm_columns,
    receive_file,
    take_import,
)
from shucheng.bays.statistics.engine.simulated.codes import credit_codes
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.bays.statistics.queries.micro import ask
from shucheng.kernel.audit import verify
from shucheng.kernel.public import Area, StoredFile, run_worker, system_actor

SYSTEM = system_actor("cli")
FIRMS = 30_000
STEPS = ("received", "confirmed", "staged", "taken", "applied")
_REACHED = {
    Batch.State.READING: 0,
    Batch.State.MAPPING: 0,
    Batch.State.STAGED: 2,
    Batch.State.WRITING: 3,
    Batch.State.APPLIED: 4,
}
# What the audit log says once of each batch, and from which step on.
_ENTRIES = {"received": 0, "mapped": 1, "staged": 2, "taken": 3, "applied": 4}
HEAD = "统一社会信用代码,企业名称,行业代码,行政区划代码,企业规模,详细地址,起始月份\n"


def set_up() -> None:
    Area.objects.create(code="320902", name="东区", kind="district")


def register(month: int) -> bytes:
    """Every firm with a name of the month, so that a later file changes every row."""
    codes = credit_codes(np.arange(FIRMS))
    text = f"{month // 100}-{month % 100:02}"
    rows = [
        f"{code},模拟企业{n}有限公司{month},3982,320902,小型,模拟路{n}号一幢一层东侧,{text}"
        for n, code in enumerate(codes)
    ]
    return (HEAD + "\n".join(rows)).encode()


def work(acknowledged: Path, _seed: int) -> None:
    """Import one month after the other until killed; what was left is finished first."""
    firm_rows.CHUNK = 2_000  # more moments at which it can be cut
    with acknowledged.open("a") as notes:
        while True:
            run_worker(burst=True)
            batch = Batch.objects.exclude(state=Batch.State.APPLIED).first() or _next()
            _note(notes, "received", batch)
            go_on(batch, notes)


def go_on(batch: Batch, notes: Any) -> None:
    """From where a batch stands until it is taken over."""
    run_worker(burst=True)
    batch.refresh_from_db()
    if batch.state == Batch.State.MAPPING:
        columns = batch.report["columns"]
        confirm_columns(batch.pk, batch.revision, columns, month="", actor=SYSTEM)
        _note(notes, "confirmed", batch)
        run_worker(burst=True)
        batch.refresh_from_db()
        _note(notes, "staged", batch)
    if batch.state == Batch.State.STAGED:
        take_import(batch.pk, batch.revision, actor=SYSTEM)
        _note(notes, "taken", batch)
        run_worker(burst=True)
        batch.refresh_from_db()
    if batch.state == Batch.State.APPLIED:
        _note(notes, "applied", batch)


def check(acknowledged: Path) -> None:
    """Nothing acknowledged is lost, nothing is there by half or twice."""
    noted = dict(line.split()[::-1] for line in acknowledged.read_text().splitlines())
    batches = {batch.pk: batch for batch in Batch.objects.all()}
    for number, step in noted.items():
        batch = batches[int(number)]
        # Columns that are confirmed are being read, as are those that were not looked at yet.
        reached = 1 if batch.mapping and batch.state == "reading" else _REACHED[batch.state]
        assert reached >= STEPS.index(step), (step, batch.state)
    for batch in batches.values():
        _check_entries(batch)
        for file in (batch.file, batch.rows):
            assert file is None or StoredFile.objects.get(pk=file.pk).read()
    _check_firms(batches)
    assert verify.verify_source(_address()).intact


def _check_firms(batches: dict[int, Batch]) -> None:
    """A firm says what its batch says; the batch that is being written has as many as it says."""
    applied = [each for each in batches.values() if each.state == Batch.State.APPLIED]
    held = Counter(Firm.objects.values_list("batch", flat=True))
    writing = [each for each in batches.values() if each.state == Batch.State.WRITING]
    for batch in writing:
        assert held[batch.pk] == batch.written
    assert Firm.objects.count() == (FIRMS if applied else sum(b.written for b in writing))
    for batch, name, since in Firm.objects.values_list("batch", "name", "since"):
        assert name.endswith(str(since))
        assert batches[batch].state in (Batch.State.APPLIED, Batch.State.WRITING)
    # What is computed knows whole batches alone, each once.
    rows = ask(
        lambda m: m.connection.sql("SELECT since, count(*) FROM register GROUP BY 1").fetchall()
    )
    assert dict(rows) == {_month(number): FIRMS for number in range(len(applied))}


def _check_entries(batch: Batch) -> None:
    reached = 1 if batch.mapping and batch.state == "reading" else _REACHED[batch.state]
    entries: Any = apps.get_model("audit", "AuditEntry")._default_manager
    found = Counter(
        entries.filter(
            object_type="statistics.batch", object_id=str(batch.pk), success=True
        ).values_list("code", flat=True)
    )
    for word, step in _ENTRIES.items():
        expected = 1 if reached >= step else 0
        assert found[f"statistics.batch.{word}"] == expected, (word, batch.state, found)


def _next() -> Batch:
    month = _month(Batch.objects.count())
    return receive_file("register", f"{month}.csv", register(month), month="", actor=SYSTEM)


def _month(number: int) -> int:
    return (2020 + number // 12) * 100 + number % 12 + 1


def _note(notes: Any, step: str, batch: Batch) -> None:
    notes.write(f"{step} {batch.pk}\n")
    notes.flush()


def _address() -> str:
    return os.environ["SHUCHENG_DATABASE_URL"] or str(settings.DATABASES["default"]["NAME"])
