"""What the first page says at a glance, from a cockpit made by hand."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from shucheng.web.cockpit.board import board

TODAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Point:
    year: int


def headline(category: str, target: float, value: float | None, comparator: str = ">=") -> Any:
    path = tuple(
        SimpleNamespace(year=year, value=Decimal(str(target + year - 2026)))
        for year in (2025, 2026, 2027)
    )
    known = None
    if value is not None:
        known = SimpleNamespace(value=Decimal(str(value)))
    return SimpleNamespace(
        indicator=SimpleNamespace(category=category, comparator=comparator),
        path=path,
        current=path[1],
        latest=known,
    )


def cockpit(*headlines: Any, targets: Any = (), today: date = TODAY) -> Any:
    return SimpleNamespace(
        headlines=headlines,
        actions=(SimpleNamespace(targets=3, tasks=1), SimpleNamespace(targets=5, tasks=0)),
        work=(SimpleNamespace(work_points=(Point(2025),)),),
        progress=SimpleNamespace(start=2025, end=2027, today=today),
        version=SimpleNamespace(targets=SimpleNamespace(values_list=lambda *_names: targets)),
    )


def test_categories_keep_the_annexs_order() -> None:
    found = board(cockpit(headline("甲", 1, 1), headline("甲", 1, 1), headline("乙", 1, 1)))
    assert [(c.name, len(c.headlines)) for c in found.categories] == [("甲", 2), ("乙", 1)]


def test_reached_counts_values_at_their_target_in_its_own_direction() -> None:
    found = board(
        cockpit(
            headline("甲", 100, 100),
            headline("甲", 100, 99),
            headline("甲", 100, 99, comparator="<="),
            headline("甲", 100, None),
        )
    ).reached
    assert found
    assert (found.year, found.reached, found.known, found.of) == (2026, 2, 3, 4)


def test_the_next_deadline_counts_what_falls_due_then() -> None:
    targets = [
        (2025, 2027, "annual"),  # over
        (2026, 2027, "level"),
        (None, 2027, "annual"),  # every year
        (None, 2027, "level"),  # the plan's last year
    ]
    deadline = board(cockpit(headline("甲", 1, 1), targets=targets)).deadline
    assert deadline
    assert (deadline.on, deadline.days) == (date(2026, 12, 31), 37)
    assert (deadline.indicators, deadline.targets, deadline.work_points) == (1, 2, 0)


@pytest.mark.parametrize(
    ("today", "at", "left"),
    [
        (date(2025, 1, 1), 0.0, 1095),
        (date(2027, 12, 31), 99.91, 1),
        (date(2030, 1, 1), 100.0, 0),
        (date(2024, 1, 1), 0.0, 1461),
    ],
)
def test_today_stands_at_its_true_place(today: date, at: float, left: int) -> None:
    timeline = board(cockpit(today=today)).timeline
    assert timeline
    assert (timeline.today_at, timeline.days_left) == (at, left)
    assert [year.year for year in timeline.years] == [2025, 2026, 2027]
    assert (timeline.years[0].start, timeline.years[-1].end) == (0.0, 100.0)
