"""What the first page says at a glance, from a cockpit made by hand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shucheng.plan.public import Headline, SectionTargets, Standing, TargetNow
from shucheng.web.charts import path_sparkline
from shucheng.web.cockpit.board import board

TODAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Point:
    pk: int
    year: int


_DUE = ("year", "implied_year", "kind")


def part(
    *standings: Standing,
    tasks: int = 0,
    due: Sequence[tuple[int | None, int, str]] = (),
    work_point: int | None = None,
) -> SectionTargets:
    """Targets that stand so; all of them named by a work point, where one is given."""
    when = due or [(2027, 2027, "level")] * len(standings)
    targets = tuple(
        TargetNow(
            target=cast(
                Any,
                SimpleNamespace(
                    pk=number,
                    work_point_id=work_point,
                    **dict(zip(_DUE, when[number - 1], strict=True)),
                ),
            ),
            measured=cast(Any, None),
            known=None,
            value=None,
            asked=Decimal(1),
            asked_year=2026,
            standing=standing,
        )
        for number, standing in enumerate(standings, 1)
    )
    return SectionTargets(cast(Any, None), targets, tasks)


def headline(
    category: str,
    target: float,
    value: float | None,
    comparator: str = ">=",
    sum_of: int | None = None,
) -> Headline:
    """`sum_of`: the value is a sum since January, of that year."""
    path = tuple(
        SimpleNamespace(year=year, value=Decimal(str(target + year - 2026)))
        for year in (2025, 2026, 2027)
    )
    known = None
    if value is not None:
        known = SimpleNamespace(value=Decimal(str(value)), year=sum_of or 2025)
    return Headline(
        indicator=cast(
            Any, SimpleNamespace(category=category, comparator=comparator, name="", binding=None)
        ),
        leads=(),
        path=cast(Any, path),
        measured=cast(
            Any, SimpleNamespace(latest=known, series=(), restarts_yearly=sum_of is not None)
        ),
        current=cast(Any, path[1]),
    )


def cockpit(*headlines: Any, today: date = TODAY) -> Any:
    return SimpleNamespace(
        headlines=headlines,
        work=(
            SimpleNamespace(lead="市工信局", work_points=(Point(1, 2025),), due=date(2025, 12, 31)),
        ),
        progress=SimpleNamespace(start=2025, end=2027, today=today),
    )


def test_categories_keep_the_annexs_order() -> None:
    found = board(cockpit(headline("甲", 1, 1), headline("甲", 1, 1), headline("乙", 1, 1)), ())
    assert [(c.name, len(c.headlines)) for c in found.categories] == [("甲", 2), ("乙", 1)]


def test_reached_counts_values_at_their_target_in_its_own_direction() -> None:
    found = board(
        cockpit(
            headline("甲", 100, 100),
            headline("甲", 100, 99),
            headline("甲", 100, 99, comparator="<="),
            headline("甲", 100, 100, comparator="<"),
            headline("甲", 100, 100, comparator=">"),
            headline("甲", 100, None),
        ),
        (),
    ).reached
    assert found
    assert (found.year, found.reached, found.known, found.of) == (2026, 2, 5, 6)


def test_last_years_sum_is_not_held_against_this_years_target() -> None:
    last, this = headline("甲", 100, 120, sum_of=2025), headline("甲", 100, 120, sum_of=2026)
    assert (last.reached, last.attainment) == (False, None)
    assert (this.reached, this.attainment) == (True, Decimal("120.0"))
    found = board(cockpit(last, this), ()).reached
    assert found
    assert (found.reached, found.known, found.of) == (1, 1, 2)


def test_the_next_deadline_counts_what_falls_due_then() -> None:
    targets: list[tuple[int | None, int, str]] = [
        (2025, 2027, "annual"),  # over
        (2026, 2027, "level"),
        (None, 2027, "annual"),  # every year
        (None, 2027, "level"),  # the plan's last year
    ]
    parts = [part(*[Standing.UNKNOWN] * 4, due=targets)]
    deadline = board(cockpit(headline("甲", 1, 1)), parts).deadline
    assert deadline
    assert (deadline.on, deadline.days) == (date(2026, 12, 31), 37)
    assert (deadline.indicators, deadline.targets, deadline.work_points) == (1, 2, 0)


@pytest.mark.parametrize(
    ("today", "at", "left"),
    [
        (date(2025, 1, 1), 0.0, 1094),
        (date(2027, 12, 31), 99.91, 0),
        (date(2030, 1, 1), 100.0, 0),
        (date(2024, 1, 1), 0.0, 1460),
    ],
)
def test_today_stands_at_its_true_place(today: date, at: float, left: int) -> None:
    timeline = board(cockpit(today=today), ()).timeline
    assert timeline
    assert (timeline.today_at, timeline.days_left) == (at, left)
    assert timeline.is_over == (today.year > 2027)
    assert [year.year for year in timeline.years] == [2025, 2026, 2027]
    assert (timeline.years[0].start, timeline.years[-1].end) == (0.0, 100.0)


def test_a_part_shows_its_reached_targets_first_and_sums_count_them() -> None:
    found = board(
        cockpit(),
        (
            part(Standing.UNKNOWN, Standing.NOT_YET, Standing.REACHED, tasks=2),
            part(Standing.MISSED, tasks=1),
        ),
    )
    shown = [entry.standing for entry in found.parts[0].targets]
    assert shown == [Standing.REACHED, Standing.NOT_YET, Standing.UNKNOWN]
    assert (found.all_targets, found.all_reached, found.all_known, found.all_tasks) == (4, 1, 3, 3)


def test_a_day_that_all_work_points_share_is_said_once() -> None:
    whole = cockpit()
    work = board(whole, (part(Standing.REACHED),)).work
    assert (work.due, work.is_over) == (date(2025, 12, 31), True)
    whole.work = (
        *whole.work,
        SimpleNamespace(lead="市数据局", work_points=(Point(2, 2027),), due=date(2027, 12, 31)),
    )
    work = board(whole, (part(Standing.REACHED, work_point=2),)).work
    assert (work.due, work.is_over, work.most) == (None, False, 1)
    assert [entry.target.pk for entry in work.leads[1].points[0].targets] == [1]


def test_no_mark_of_a_small_path_lies_on_the_years_below() -> None:
    drawn = path_sparkline(headline("甲", 1, None))  # 0 in 2025, 1, 2
    knots = [float(y) for y in re.findall(r'y="([\d.]+)%" overflow', drawn)]
    assert len(knots) == 3
    assert max(knots) <= 92
    assert min(knots) >= 8


def test_days_are_counted_alike_to_the_next_date_and_to_the_end_of_the_plan() -> None:
    found = board(cockpit(headline("甲", 1, 1), today=date(2027, 11, 26)), ())
    assert found.deadline
    assert found.timeline
    assert found.deadline.on == date(2027, 12, 31)
    assert found.deadline.days == found.timeline.days_left == 35
