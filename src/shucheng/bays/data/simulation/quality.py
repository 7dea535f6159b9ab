"""Quality of simulated resources: rows in files, half a year of checks that grow better, defects in
every state, and certificates. Seeded, and marked as simulated."""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from django.utils import timezone

from shucheng.bays.data.actions.certificates import Measured, issue_certificate
from shucheng.bays.data.actions.grading import grade_resources
from shucheng.bays.data.actions.quality import (
    accept_defect,
    answer_defect,
    check_quality,
    set_quality_rules,
)
from shucheng.bays.data.engine.delivery.model import text
from shucheng.bays.data.engine.quality.datasheet import datasheet
from shucheng.bays.data.engine.quality.rules import Rules
from shucheng.bays.data.engine.quality.suggest import Described, to_yaml
from shucheng.bays.data.models.catalogue import Field, Resource, Source
from shucheng.bays.data.models.quality import Certificate, Defect, QualityCheck
from shucheng.bays.data.queries.certificates import hindrances
from shucheng.bays.data.queries.data_files import Opened, sampling
from shucheng.bays.data.queries.grading import standings
from shucheng.bays.data.simulation.grading import accept, simulated_resources
from shucheng.bays.data.simulation.rows import Mistakes, rows_for, rules_for
from shucheng.kernel.public import Actor, StoredFile, store_file
from shucheng.lib import duck

_RESOURCES, _CERTIFIED, _ROWS, _MONTHS = 20, 12, 400, 6
_SCENARIOS = ("普惠金融", "交通出行", "医疗健康", "应急管理", "社会治理", "绿色低碳")


@dataclass(frozen=True, slots=True)
class _Made:
    resource: Resource
    fields: list[Described]
    certified: bool
    at: int


def simulate_quality(actor: Actor, today: date | None = None) -> dict[str, int]:
    """Rows, rules, six monthly checks, defects in every state and certificates for some twenty
    simulated resources whose grade was decided; none where there are none, and nothing anew."""
    day = today or timezone.localdate()
    if QualityCheck.objects.filter(simulated=True).exists():
        return _counts()
    chosen = _chosen()
    for each in chosen:
        _check_half_a_year(each, day, actor)
    codes = [each.resource.code for each in chosen]
    if codes:
        # Values are looked at for the first time: some decisions are to be made again.
        grade_resources(codes, samples=sampling(), actor=actor)
        accept([each.resource.code for each in chosen if each.certified], "模拟：复核", actor)
    _answer([each for each in chosen if not each.certified], day, actor)
    for each in chosen:
        if each.certified and not hindrances(each.resource):
            _certify(each, actor)
    return _counts()


def _counts() -> dict[str, int]:
    simulated = QualityCheck.objects.filter(simulated=True)
    return {
        "resources": simulated.values("resource").distinct().count(),
        "checks": simulated.count(),
        "defects": Defect.objects.filter(simulated=True).count(),
        "certificates": Certificate.objects.filter(simulated=True).count(),
    }


def _chosen() -> list[_Made]:
    """Listed, decided, without rows of their own, of a few fields."""
    rows = simulated_resources().filter(state=Resource.State.LISTED, source=None)
    some = list(rows.select_related("holder")[: _RESOURCES * 4])
    stands = standings(some)
    found: list[_Made] = []
    for each in some:
        if not (stands[each.pk].decided and 2 <= stands[each.pk].fields <= 40):
            continue
        if stands[each.pk].of.excluded:
            continue
        fields = [_described(field) for field in Field.objects.filter(resource=each, dropped=False)]
        found.append(_Made(each, fields, len(found) < _CERTIFIED, len(found)))
        if len(found) == _RESOURCES:
            break
    return found


def _described(field: Field) -> Described:
    categories = frozenset(field.categories)
    return Described(field.name, field.title, field.type, field.key, field.nullable, categories)


def _check_half_a_year(made: _Made, today: date, actor: Actor) -> None:
    code = made.resource.code
    rules = to_yaml(Rules(version="1", rules=rules_for(made.fields)))
    set_quality_rules(code, rules, number=0, reason="模拟", actor=actor)
    for month in range(_MONTHS - 1):
        rows = _rows(made, month, today)
        as_of = _month_before(today, _MONTHS - 1 - month)

        opened = partial(_opened, made, rows, str(as_of))
        check_quality(code, open_data=opened, as_of=as_of, simulated=True, actor=actor)
    _store(made, _rows(made, _MONTHS - 1, today), actor)
    check_quality(code, as_of=today, simulated=True, actor=actor)


@contextmanager
def _opened(
    made: _Made, rows: Sequence[Sequence[str]], version: str, _resource: Resource
) -> Iterator[Opened]:
    """The rows of a month that is over: looked at and kept nowhere."""
    with tempfile.TemporaryDirectory() as folder:
        path = _written(made, rows, Path(folder))
        connection = duck.connect()
        try:
            yield Opened(connection, f"read_parquet({text(str(path))})", version)
        finally:
            connection.close()


def _rows(made: _Made, month: int, today: date) -> list[list[str]]:
    """Fewer mistakes each month. Certified ones have none in the last; of the others the second
    field keeps some, and of every second one the third field gets some in the last month."""
    left = 1 - month / (_MONTHS - 1)
    mistakes = [Mistakes(made.fields[0].name, 0.12 * left)]
    if len(made.fields) > 1:
        kept = 0.0 if made.certified else 0.03
        mistakes.append(Mistakes(made.fields[1].name, 0.18 * left + kept))
    if len(made.fields) > 2 and not made.certified and month == _MONTHS - 1 and made.at % 2:
        mistakes.append(Mistakes(made.fields[2].name, 0.05))
    rows = rows_for(made.fields, _ROWS, today, made.at, mistakes)
    if not made.certified and made.at % 3 == 0:
        # Numbers where nobody expects them: what was decided by names alone is asked for again.
        for n, row in enumerate(rows):
            row[-1] = f"{row[-1]} 联系1380000{n:04}"
    return rows


def _written(made: _Made, rows: Sequence[Sequence[str]], folder: Path) -> Path:
    table, path = folder / "rows.csv", folder / f"{made.resource.code}.parquet"
    with table.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([each.name for each in made.fields])
        writer.writerows(rows)
    connection = duck.connect()
    try:
        source = f"read_csv({text(str(table))}, header = true, all_varchar = true)"
        connection.execute(
            f"COPY (SELECT * FROM {source}) TO {text(str(path))} (FORMAT parquet)"  # noqa: S608
        )
    finally:
        connection.close()
    return path


def _store(made: _Made, rows: Sequence[Sequence[str]], actor: Actor) -> None:
    with tempfile.TemporaryDirectory() as folder:
        content = _written(made, rows, Path(folder)).read_bytes()
    stored = store_file(
        f"{made.resource.code}.parquet",
        content,
        sensitivity=StoredFile.Sensitivity.SENSITIVE,
        organisation_id=made.resource.holder_id,
        made_here=True,
        actor=actor,
    )
    made.resource.source = Source.objects.create(
        name=f"{made.resource.title}（模拟文件）"[:120],
        kind=Source.Kind.FILE,
        organisation_id=made.resource.holder_id,
        file=stored,
        simulated=True,
    )
    made.resource.save(update_fields=["source"])


def _answer(made: Sequence[_Made], today: date, actor: Actor) -> None:
    """Of what is past its day one third is said to be mended, one third explained and accepted, one
    third left; what is new is left."""
    rows = Defect.objects.filter(
        resource__in=[each.resource.pk for each in made], state=Defect.State.OPEN, due__lt=today
    )
    for at, each in enumerate(rows.select_related("resource").order_by("resource__code", "pk")):
        holder = each.resource.holder_id
        holds = replace(actor, organisation_id=holder, organisation_ids=frozenset({holder}))
        if at % 3 == 0:
            answer_defect(each.pk, each.revision, "模拟：已补录", mended=True, actor=holds)
        elif at % 3 == 1:
            told = answer_defect(
                each.pk, each.revision, "模拟：历史数据无法补采", mended=False, actor=holds
            )
            accept_defect(told.pk, told.revision, actor=actor)


def _certify(made: _Made, actor: Actor) -> None:
    resource = made.resource
    answers = {each.code: "（模拟）演示用说明，非真实数据集。" for each in datasheet().questions}
    answers["instances"] = f"（模拟）每行一条{resource.title}记录，共{_ROWS}行。"
    rules = len(rules_for(made.fields))
    measured = [
        Measured("完整行占比", 100.0, "%", "模拟：全部字段非空的行数除以总行数"),
        Measured("通过的规则", float(rules), "条", "模拟：最近一次质量检查"),
    ]
    issue_certificate(
        resource.code,
        answers,
        licence=resource.licence or "演示许可（模拟）",
        measured=measured,
        scenario=f"{_SCENARIOS[made.at % len(_SCENARIOS)]}（模拟）",
        simulated=True,
        actor=actor,
    )


def _month_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, 28))
