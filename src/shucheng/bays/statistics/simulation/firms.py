"""Simulated firms, labelled as such, so that every page of the bay can be seen with data.

Their batches go the way of real ones: staged, taken over, written, in the order in which an office
would have had them. The firms belong to nobody (`engine/simulated`), their batches, coefficients
and prospects are marked. Seeded: the same city gives the same firms.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.utils import timezone

from shucheng.bays.statistics.actions.batches import lay_aside, stage_rows, take_over
from shucheng.bays.statistics.actions.coefficients import decide_coefficient, propose_coefficient
from shucheng.bays.statistics.actions.imputing import choose_imputation
from shucheng.bays.statistics.actions.linking import FoundPair, decide_link, keep_pairs
from shucheng.bays.statistics.actions.measuring import measure
from shucheng.bays.statistics.actions.prospects import list_prospect, move_prospect
from shucheng.bays.statistics.actions.publishing import keep_publication
from shucheng.bays.statistics.engine.imputation import METHODS
from shucheng.bays.statistics.engine.published_tables import (
    FLOWS,
    YEARLY,
    Decided,
    decide_series,
)
from shucheng.bays.statistics.engine.simulated.duplicates import Duplicate
from shucheng.bays.statistics.engine.simulated.files import BatchFile, Simulated, simulate
from shucheng.bays.statistics.engine.simulated.reports import year_to_date
from shucheng.bays.statistics.engine.simulated.settings import shipped
from shucheng.bays.statistics.engine.suppression.rules import shipped_rules
from shucheng.bays.statistics.models import Batch, Coefficient, Firm, Link, Prospect
from shucheng.bays.statistics.queries.choices import months_of
from shucheng.bays.statistics.queries.definitions import classes_in_force, industries_in_force
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.published import stands_on
from shucheng.kernel.public import Actor, Organisation, run_pending_jobs
from shucheng.lib import duck
from shucheng.lib.periods import Period

# Days after a month's end by which its returns are in.
_IN = 20
_MORNING = time(6, 30)
# The newest months, with which some firms are late.
_LATE = 2
# Of so many decisions one waits, one was refused.
_OPEN_OF = 25


@dataclass(frozen=True, slots=True)
class Told:
    """What came to be, for whoever asked."""

    firms: int
    batches: int
    coefficients: int
    pairs: int
    prospects: int
    figures: int


def simulate_firms(
    today: date,
    *,
    areas: Mapping[str, float],
    flows: Mapping[tuple[str, str, Period], Decimal],
    actor: Actor,
    parks: Mapping[str, Sequence[str]] | None = None,
    firms: int = 50_000,
    seed: int = 1,
) -> Told | None:
    """Firms by the weight of their areas, with returns until the last month that is in by `today`;
    nothing where there are batches already.

    `flows` are what the firms of an area add up to: measure (core_revenue, core_value_added), area
    and period to thousand yuan. They hold once every return is in and every share approved: some
    of both wait.
    """
    if Batch.objects.exists():
        return None
    until = _month(Period.of(today - timedelta(days=_IN), "M").previous())
    with TemporaryDirectory() as folder:
        numbers = count(1)
        found = simulate(
            Path(folder),
            until=until,
            areas=areas,
            number=lambda _kind, _title, _month: next(numbers),
            seed=seed,
            firms=firms,
            targets=year_to_date(
                {
                    (measured, area, _month(period)): int(amount)
                    for (measured, area, period), amount in flows.items()
                    if period.start.year >= shipped().first
                }
            ),
            parks=parks,
            classes=classes_in_force(),
        )
        _hand_in(found, Path(folder), actor)
    with transaction.atomic():  # one commit instead of a thousand
        _coefficients(found, actor)
        _pairs(found.duplicates, actor)
        _prospects(today, sorted(areas), actor)
    _publish(actor)
    return Told(
        firms=Firm.objects.count(),
        batches=Batch.objects.count(),
        coefficients=Coefficient.objects.count(),
        pairs=Link.objects.count(),
        prospects=Prospect.objects.count(),
        figures=measure(actor=actor, told_on=_told_on),
    )


def _told_on(period: Period) -> datetime:
    """The morning after a period's returns were in, January's with February's."""
    joint = period.frequency == "M" and period.start.month == 1
    last = period.next() if joint else period
    day = last.end + timedelta(days=_IN + 1)
    return min(timezone.make_aware(datetime.combine(day, _MORNING)), timezone.now())


def _publish(actor: Actor) -> None:
    """The tables of every month, each the morning after its returns were in; firms that are late
    with the newest ones are imputed. Years are decided beside one another, in processes of their
    own."""
    for month in ask(months_of, "months")[:_LATE]:
        choose_imputation(
            month, METHODS, number=0, reason="部分企业未报，暂按推算数计入（模拟）", actor=actor
        )
    found = {month: stands_on(month) for month in ask(months_of, "months")}
    rows = {month: each.counted for month, each in found.items()}
    decide = partial(decide_series, classes=classes_in_force(), rules=shipped_rules())
    decided: dict[int, list[Decided]] = defaultdict(list)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        series = [(YEARLY, rows)] + [
            (FLOWS, {month: rows[month] for month in rows if month // 100 == year})
            for year in sorted({month // 100 for month in rows})
        ]
        for done in [pool.submit(decide, *each) for each in series]:
            for month, measures in done.result().items():
                decided[month] += measures
    after: Counter[int] = Counter()
    for month in sorted(decided):
        year, number = divmod(month, 100)
        when = _told_on(Period.parse(f"{year}-{number:02}"))
        keep_publication(
            month, found[month], decided[month], after=after[year], actor=actor, recorded_at=when
        )
        after[year] += 1


def _month(period: Period) -> int:
    return period.end.year * 100 + period.end.month


def _hand_in(found: Simulated, folder: Path, actor: Actor) -> None:
    """All files are staged and taken over; late ones wait, and what came twice is laid aside."""
    for file in found.files:
        if not file.late:
            batch = _staged(file, folder, actor)
            take_over(batch.pk, batch.revision, actor=actor)
    run_pending_jobs()
    corrections = [each for each in found.files if "corrections" in each.title]
    for file in corrections[-1:]:
        again = _staged(file, folder, actor)
        lay_aside(again.pk, again.revision, actor=actor)
    for file in found.files:
        if file.late:
            for group in range(2):
                _staged(file, folder, actor, group=group)


def _staged(file: BatchFile, folder: Path, actor: Actor, *, group: int | None = None) -> Batch:
    """A file's rows as a batch of the next number; of a `group` every second firm alone."""
    chosen = "" if group is None else f"WHERE hash(firm) % 2 = {group}"

    def write(number: int, path: Path) -> dict[str, Any]:
        with duck.connect() as engine:
            rows = engine.sql(
                f"""SELECT * REPLACE ({number}::INTEGER AS recorded)
                FROM read_parquet('{file.path}') {chosen}"""  # noqa: S608 - our own names
            )
            rows.write_parquet(str(path), compression="zstd")
            (good,) = rows.count("*").fetchone() or (0,)
        return {"good": good, "bad": 0, "report": {}}

    since = file.month if file.kind == "register" else None
    return stage_rows(file.kind, write, folder, since=since, simulated=True, actor=actor)


def _coefficients(found: Simulated, actor: Actor) -> None:
    """The true share of each firm in starred classes is proposed and approved; of some firms it
    waits or was refused."""
    starred = {
        code: each.code
        for each in classes_in_force().classes
        if each.core
        for code in sorted(each.partial)
    }
    shares = {each.firm: each.lower for each in found.coefficients if each.firm}
    known = Firm.objects.filter(credit_code__in=shares, industry__in=starred)
    for number, firm in enumerate(known.order_by("credit_code")):
        proposed = propose_coefficient(
            firm.credit_code,
            starred[firm.industry],
            shares[firm.credit_code],
            since=shipped().first * 100 + 1,
            reason="按数字产品和服务收入占比测算（模拟）",
            simulated=True,
            actor=actor,
        )
        if number % _OPEN_OF == 0:
            continue
        refused = number % _OPEN_OF == 1
        decide_coefficient(
            proposed.pk,
            proposed.revision,
            approve=not refused,
            reason="未附收入明细，退回补充（模拟）" if refused else "与收入明细相符（模拟）",
            actor=actor,
        )


def _pairs(duplicates: Sequence[Duplicate], actor: Actor) -> None:
    """Second registrations, and a few neighbours that are not one firm; some decided by now.

    A designated firm is left to be decided: what its second registration says would count."""
    by_code = {each.credit_code: each for each in Firm.objects.filter(designated=False)}
    true = [each for each in duplicates if each.of in by_code and each.firm in by_code]
    apart = sorted(by_code)[: max(len(true) // 10, 2) * 2]
    keep_pairs(
        [
            *(_pair(by_code[each.of], by_code[each.firm]) for each in true),
            *(
                _pair(by_code[left], by_code[right])
                for left, right in zip(apart[::2], apart[1::2], strict=True)
            ),
        ],
        actor=actor,
    )
    twice = {each.firm for each in true}
    for number, link in enumerate(Link.objects.select_related("right").order_by("pk")):
        same = link.right.credit_code in twice
        if number % 4 == 0 or (not same and number % 2):
            reason = "名称、地址一致，系同一企业（模拟）" if same else "经核实为两户（模拟）"
            decide_link(link.pk, link.revision, same=same, reason=reason, actor=actor)


def _pair(left: Firm, right: Firm) -> FoundPair:
    """What agrees in name and address, in bits as linking would weigh it, roughly."""
    evidence: list[dict[str, Any]] = [
        {"field": field, "left": one, "right": other, "level": level, "weight": weight * level}
        for field, one, other, weight in (
            ("core", left.name, right.name, 4.0),
            ("place", left.address, right.address, 3.0),
        )
        for level in [2 if one == other else 1]
    ]
    bits = sum(each["weight"] for each in evidence)
    return FoundPair(left.pk, right.pk, 1 / (1 + 2 ** (7 - bits)), evidence)


_STEPS: dict[str, tuple[str, str]] = {
    Prospect.Stage.LISTED: ("列入招引突破清单（模拟）", "收集企业投资意向"),
    Prospect.Stage.CONTACTED: ("与企业负责人电话沟通，介绍产业配套（模拟）", "邀请来访考察"),
    Prospect.Stage.NEGOTIATING: ("企业来访考察，就用地和算力需求开展洽谈（模拟）", "修改投资协议"),
    Prospect.Stage.SIGNED: ("签订投资协议（模拟）", "协助办理立项和用地手续"),
    Prospect.Stage.BUILDING: ("项目开工（模拟）", "每月调度建设进度"),
    Prospect.Stage.RUNNING: ("项目投产，企业入库（模拟）", ""),
    Prospect.Stage.GIVEN_UP: ("企业调整布局，终止洽谈（模拟）", ""),
}
_KINDS = ("little_giant", "gazelle", "unicorn", "listed", "")


def _prospects(today: date, areas: Sequence[str], actor: Actor) -> None:
    """Three firms in every stage, each with the steps that led there; two in three days are yet to
    come, the others over."""
    owners = list(Organisation.objects.filter(area__code__in=areas).order_by("code"))
    owners = owners or list(Organisation.objects.order_by("code")[:1])
    industries = [each.code for each in industries_in_force().industries]
    if not owners:
        return
    for number in range(3 * len(_STEPS)):
        owner, industry = owners[number % len(owners)], industries[number % len(industries)]
        stages = _until(list(_STEPS)[number % len(_STEPS)])
        due = today + timedelta(days=(-9, 12, 40)[number % 3] + number)
        # It was written down when that day was yet to come.
        before = min(today, due)
        found = list_prospect(
            f"模拟招引企业{number + 1:02}",
            industry,
            owner=owner.pk,
            kind=_KINDS[number % len(_KINDS)],
            area=owner.area.code if owner.area else "",
            next_action=_STEPS[Prospect.Stage.LISTED][1],
            due=due,
            amount=Decimal(3_000 * (number % 9 + 1)),
            simulated=True,
            on=before,
            actor=actor,
        )
        for stage in stages:
            text, next_action = _STEPS[stage]
            found = move_prospect(
                found.pk,
                found.revision,
                stage=stage,
                text=text,
                next_action=next_action,
                due=due if next_action else None,
                on=before,
                actor=actor,
            )


def _until(stage: str) -> list[str]:
    """The stages after the first on the way to one; who gives up was in contact."""
    way = [each for each in _STEPS if each != Prospect.Stage.GIVEN_UP]
    if stage == Prospect.Stage.GIVEN_UP:
        return [Prospect.Stage.CONTACTED, stage]
    return way[1 : way.index(stage) + 1]
