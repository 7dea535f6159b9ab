"""How long a large workbook takes on its way in: read, judged by the rules, stored as a draft.

    python benchmarks/reporting.py [--quick] [--json FILE]

50 metrics of 200 members each are one sheet of 10,000 rows (`--quick`: 10 metrics, 2,000 rows), in
a temporary database with a year of history beside. Everything is compared with calamine reading
the same file and nothing else.
"""

import argparse
import io
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

BAR = 5.0  # seconds from the file's bytes to the stored draft, for 10,000 rows
MEMBERS = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    metrics = 10 if options.quick else 50
    with tempfile.TemporaryDirectory(prefix="shucheng-bench-") as folder:
        set_up(Path(folder))
        rows = measured(metrics)
    print(f"{'':46} {'ours':>10} {'peer':>10} {'ratio':>8} {'bar':>8}  peer")
    for row in rows:
        bar = f"{row['bar']:6.1f} s" if row["bar"] else ""
        print(
            f"{row['name']:46} {row['value']:8.3f} s {row['peer_value']:8.3f} s "
            f"{row['ratio']:7.1f}x {bar:>8}  {row['peer']}"
        )
    missed = [row["name"] for row in rows if row["bar"] and row["value"] > row["bar"]]
    print(f"missed: {', '.join(missed)}" if missed else "every bar holds")
    if options.json:
        options.json.write_text(json.dumps({"rows": rows}, indent=1))
    return 1 if missed else 0


def set_up(folder: Path) -> None:
    os.environ |= {
        "SHUCHENG_DATA": str(folder),
        "SHUCHENG_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "shucheng.web.settings",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def measured(metrics: int) -> list[dict[str, Any]]:
    from python_calamine import CalamineWorkbook

    from shucheng.kernel.reporting.actions.drafts import save_draft
    from shucheng.kernel.reporting.engine.model import Entry
    from shucheng.kernel.reporting.engine.workbook.read import open_workbook, read_sheet
    from shucheng.kernel.reporting.queries.sheets import entries_of, problems_of, sheet_of
    from shucheng.kernel.reporting.workbooks import stage, template

    obligation, actor = a_wide_form(metrics)
    sheet = sheet_of(obligation, actor=actor)
    filled = {
        cell.key: Entry(value=f"{at % 97 + 100}.5", note="核对过" if at % 5 else "")
        for at, cell in enumerate(sheet.cells)
    }
    start = time.perf_counter()
    template(sheet, filled)
    writing = time.perf_counter() - start
    data = filled_in(template(sheet, {}), filled)

    def bare() -> None:
        CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()

    def whole() -> None:
        """What the platform does with an upload, from its bytes to the stored draft."""
        now = sheet_of(obligation, actor=actor)
        stored = entries_of(obligation, actor=actor)
        staged = stage(data, now, stored)
        assert staged.reading.rows == len(now.cells)
        entries = {**stored, **staged.entries}
        problems_of(obligation, actor=actor, entries=entries)
        save_draft(obligation, staged.reading.entries, revision=now.revision, actor=actor)

    peer = seconds(bare)
    reading = seconds(lambda: read_sheet(open_workbook(data), sheet))
    staging = seconds(whole)
    count = f"{len(sheet.cells):,} rows"
    name = "calamine reads the same sheet"
    bar = BAR if len(sheet.cells) >= 10_000 else None
    return [
        row(f"{count}: read, formulas and limits checked", reading, name, peer),
        row(f"{count}: read, judged and staged", staging, name, peer, bar),
        row(f"{count}: the template written", writing, name, peer),
    ]


def filled_in(data: bytes, entries: Mapping[str, Any]) -> bytes:
    """The template as somebody sends it back."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data))
    page = book.worksheets[0]
    names = {cell.value: cell.column for cell in page[5]}
    for number in range(7, page.max_row + 1):
        entry = entries[page.cell(number, names["key"]).value]
        page.cell(number, names["value"], float(entry.value))
        page.cell(number, names["note"], entry.note or None)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def a_wide_form(metrics: int) -> tuple[int, Any]:
    """One county's obligation of a form with so many metrics of 200 members each."""
    from shucheng.kernel.actor import Actor, Role, system_actor
    from shucheng.kernel.identity.models import Area, Organisation
    from shucheng.kernel.observations.actions.metrics import import_metrics
    from shucheng.kernel.observations.actions.values import record_observations
    from shucheng.kernel.observations.inputs import MetricDefinition, ObservationInput
    from shucheng.kernel.reporting.actions.forms import generate_forms
    from shucheng.kernel.reporting.actions.obligations import open_obligations
    from shucheng.kernel.reporting.models import Obligation

    system = system_actor("cli")
    city = Area.objects.create(code="320900", name="city", kind=Area.Kind.CITY)
    county = Area.objects.create(code="320902", name="county", kind=Area.Kind.COUNTY, parent=city)
    Organisation.objects.create(
        code="industry", name="industry", kind=Organisation.Kind.DEPARTMENT, area=city
    )
    reporter = Organisation.objects.create(
        code="county", name="county", kind=Organisation.Kind.COUNTY_GOVERNMENT, area=county
    )
    members = tuple(f"m{at:03}" for at in range(MEMBERS))
    codes = [f"metric_{at:02}" for at in range(metrics)]
    import_metrics(
        [
            MetricDefinition(
                code=code,
                name_zh=code,
                unit="亿元",
                measure="flow",
                frequency="M",
                area_aggregation="sum",
                time_aggregation="sum",
                owner="industry",
                dimensions={"member": members},
            )
            for code in codes
        ],
        actor=system,
    )
    record_observations(
        [
            ObservationInput(
                code, "320902", f"2026-{month:02}", str(100 + month), dimensions={"member": member}
            )
            for code in codes[: min(metrics, 5)]
            for member in members
            for month in range(1, 7)
        ],
        actor=system,
        source="imported",
    )
    generate_forms(actor=system, first="2026-07")
    open_obligations(actor=system, until=date(2026, 8, 10))
    owed = Obligation.objects.get(organisation=reporter, period="2026-07")
    actor = Actor(
        person_id=None,
        name="benchmark",
        roles=frozenset({Role.LIAISON}),
        organisation_id=reporter.pk,
        organisation_ids=frozenset({reporter.pk}),
    )
    return owed.pk, actor


def row(
    name: str, value: float, peer: str, peer_value: float, bar: float | None = None
) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "unit": "s",
        "peer": peer,
        "peer_value": peer_value,
        "ratio": value / peer_value,
        "bar": bar,
    }


def seconds(work: Callable[[], object], times: int = 3) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


if __name__ == "__main__":
    raise SystemExit(main())
