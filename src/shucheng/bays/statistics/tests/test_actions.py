"""Batches, coefficients, duplicates, definitions and figures, as people and the clock use them."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shucheng.bays.statistics.actions import firm_rows
from shucheng.bays.statistics.actions.batches import lay_aside, take_over, write_batch
from shucheng.bays.statistics.actions.coefficients import decide_coefficient, propose_coefficient
from shucheng.bays.statistics.actions.definitions import publish_definition
from shucheng.bays.statistics.actions.linking import decide_link
from shucheng.bays.statistics.actions.measuring import measure
from shucheng.bays.statistics.bay import BAY
from shucheng.bays.statistics.models import Batch, Firm, Link
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.tests.city import (
    CITY,
    EAST,
    OFFICE,
    WEST,
    areas,
    code,
    publish,
    staged,
    taken_over,
)
from shucheng.kernel.public import (
    Conflict,
    Forbidden,
    Invalid,
    Observation,
    create_person,
    import_metrics,
)

pytestmark = pytest.mark.django_db


def register(*areas_of: str, **facts: Any) -> list[dict[str, Any]]:
    return [
        {"firm": code(number), "name": f"企业{number}", "area": area, **facts}
        for number, area in enumerate(areas_of)
    ]


def revenue(period: int, *amounts: int) -> list[dict[str, Any]]:
    return [
        {"firm": code(number), "period": period, "revenue": amount}
        for number, amount in enumerate(amounts)
    ]


def observed(metric: str) -> dict[tuple[str, str], Decimal | None]:
    rows = Observation.objects.filter(metric_version__metric__code=metric).order_by("pk")
    return {(row.area.code, row.period): row.value for row in rows.select_related("area")}


def test_a_batch_counts_once_it_is_taken_over(tmp_path: Path) -> None:
    waiting = staged(tmp_path, "register", register(EAST, EAST))
    assert not Firm.objects.exists()
    assert ask(lambda micro: micro.connection.sql("FROM register").fetchall(), "all") == []
    take_over(waiting.pk, waiting.revision, actor=OFFICE)
    write_batch(waiting.pk, actor=OFFICE)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.written) == (Batch.State.APPLIED, 2)
    assert set(Firm.objects.values_list("credit_code", "name")) == {
        (code(0), "企业0"),
        (code(1), "企业1"),
    }
    found = ask(lambda micro: micro.connection.sql("FROM register").fetchall(), "all")
    assert len(found) == 2


def test_taking_over_goes_on_where_it_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firm_rows, "CHUNK", 2)
    waiting = staged(tmp_path, "register", register(*[EAST] * 5))
    take_over(waiting.pk, waiting.revision, actor=OFFICE)

    def killed(done: int, _of: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_batch(waiting.pk, actor=OFFICE, progress=killed)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.written, Firm.objects.count()) == (Batch.State.WRITING, 4, 4)
    assert write_batch(waiting.pk, actor=OFFICE) == 5
    assert write_batch(waiting.pk, actor=OFFICE) == 0
    assert Firm.objects.count() == 5


def test_the_list_repeats_the_newest_facts_whatever_comes_later(tmp_path: Path) -> None:
    taken_over(tmp_path, "register", register(EAST, since=202501))
    taken_over(tmp_path, "register", register(WEST, since=202401))
    assert Firm.objects.get().area == EAST
    taken_over(tmp_path, "register", register(WEST, since=202506))
    assert Firm.objects.get().area == WEST


def test_the_list_says_what_the_accounts_count_whatever_the_order(tmp_path: Path) -> None:
    """Of a month the batch of the highest number counts, also where it told nothing new."""
    taken_over(tmp_path, "register", register(EAST, EAST))
    second = staged(tmp_path, "register", register(WEST, WEST))
    third = staged(tmp_path, "register", register(EAST, WEST, park="某园区"))
    taken_over(tmp_path, "register", register(EAST))
    for late in (third, second):
        take_over(late.pk, late.revision, actor=OFFICE)
        write_batch(late.pk, actor=OFFICE)
    listed = list(Firm.objects.order_by("credit_code").values_list("area", "park"))
    sql = "SELECT area, coalesce(park, '') FROM register ORDER BY firm"
    counted = ask(lambda micro: micro.connection.sql(sql).fetchall(), "counted")
    assert listed == counted == [(EAST, ""), (WEST, "某园区")]


def test_a_firm_of_which_nothing_is_new_is_not_written(tmp_path: Path) -> None:
    first = taken_over(tmp_path, "register", register(EAST, EAST))
    again = register(EAST, EAST)
    again[1] |= {"park": "某园区"}
    second = taken_over(tmp_path, "register", again)
    assert list(Firm.objects.order_by("credit_code").values_list("batch", "park")) == [
        (first.pk, ""),
        (second.pk, "某园区"),
    ]
    # A later month counts although the facts are the same.
    third = taken_over(tmp_path, "register", register(EAST, since=202506))
    assert (Firm.objects.first() or Firm()).batch_id == third.pk


def test_a_batch_is_decided_once(tmp_path: Path) -> None:
    waiting = staged(tmp_path, "register", register(EAST))
    lay_aside(waiting.pk, waiting.revision, actor=OFFICE)
    with pytest.raises(Conflict):
        take_over(waiting.pk, waiting.revision, actor=OFFICE)
    with pytest.raises(Forbidden):
        lay_aside(waiting.pk, 1, actor=replace(OFFICE, roles=frozenset()))


def test_a_coefficient_is_approved_by_another_person(tmp_path: Path) -> None:
    taken_over(tmp_path, "register", register(EAST, industry="3562"))
    starred = next(
        c.code for c in ask(lambda micro: micro.classification.classes, "classes") if c.partial
    )
    one, two = (create_person(name, name, actor=OFFICE)[0] for name in ("one", "two"))
    first = replace(OFFICE, person_id=one.pk)
    found = propose_coefficient(
        code(0), starred, "0.35", since=202401, reason="按业务占比", actor=first
    )
    with pytest.raises(Forbidden):
        decide_coefficient(found.pk, 0, approve=True, reason="同意", actor=first)
    second = replace(OFFICE, person_id=two.pk)
    decide_coefficient(found.pk, 0, approve=True, reason="同意", actor=second)
    with pytest.raises(Conflict):
        decide_coefficient(found.pk, 0, approve=False, reason="不同意", actor=second)
    shares = ask(lambda micro: micro.coefficients, "shares")
    assert [(c.firm, c.leaf, c.lower) for c in shares] == [(code(0), starred, Decimal("0.35"))]
    # The next one holds since its month, what was approved of an earlier month stays.
    later = propose_coefficient(code(0), starred, "0.5", since=202601, reason="复核", actor=first)
    decide_coefficient(later.pk, 0, approve=True, reason="同意", actor=second)
    shares = ask(lambda micro: micro.coefficients, "shares")
    assert {(c.since, c.lower) for c in shares} == {
        (202401, Decimal("0.35")),
        (202601, Decimal("0.5")),
    }


@pytest.mark.parametrize("share", ["1.2", "-0.1", "0.12345", "三成"])
def test_a_share_is_between_nothing_and_all(share: str) -> None:
    starred = next(
        c.code for c in ask(lambda micro: micro.classification.classes, "classes") if c.partial
    )
    with pytest.raises(Invalid) as refused:
        propose_coefficient("", starred, share, since=202401, reason="试", actor=OFFICE)
    assert "share" in refused.value.fields


def test_two_registrations_are_merged_and_taken_apart(tmp_path: Path) -> None:
    taken_over(tmp_path, "register", register(EAST, EAST))
    left, right = Firm.objects.order_by("credit_code")
    link = Link.objects.create(left=left, right=right, probability=0.97)
    decide_link(link.pk, 0, same=True, reason="同名同址", actor=OFFICE)

    def codes() -> list[str]:
        return ask(
            lambda micro: [
                r for (r,) in micro.connection.sql("SELECT firm FROM register").fetchall()
            ],
            "codes",
        )

    assert codes() == [left.credit_code]
    decide_link(link.pk, 1, same=False, reason="核实为两户", actor=OFFICE)
    assert sorted(codes()) == [left.credit_code, right.credit_code]


def test_a_definition_is_read_before_it_is_published() -> None:
    with pytest.raises(Invalid) as refused:
        publish_definition("rates", "version: 1", number=0, reason="试", actor=OFFICE)
    assert "text" in refused.value.fields
    text = (
        'version: "2"\nsource: 市统计局\nprovisional: false\ndefault: 0.25\nrates: {"39": 0.22}\n'
    )
    publish_definition("rates", text, number=0, reason="市统计局2026年核定", actor=OFFICE)
    assert ask(lambda micro: micro.rates.of("3982"), "rate") == Decimal("0.22")
    with pytest.raises(Conflict):
        publish_definition("rates", text, number=0, reason="再发", actor=OFFICE)


def test_what_is_measured_reaches_the_spine_with_what_it_stands_on(tmp_path: Path) -> None:
    areas()
    taken_over(tmp_path, "register", register(*[EAST] * 6, *[WEST] * 6))
    told = [*range(10, 16), *range(20, 26)]
    taken_over(tmp_path, "returns", revenue(202502, *(t * 100_000 for t in told)))
    taken_over(tmp_path, "returns", revenue(202503, *(t * 150_000 for t in told)))
    measure(actor=OFFICE)
    assert not observed("statistics.core_revenue"), "nothing is told before it is published"
    publish(202502, 202503)
    assert observed("statistics.core_revenue") == {
        **{(area, "2025-01"): 0 for area in (CITY, EAST, WEST)},
        (CITY, "2025-02"): Decimal(sum(told)),
        (EAST, "2025-02"): Decimal(sum(told[:6])),
        (WEST, "2025-02"): Decimal(sum(told[6:])),
        (CITY, "2025-03"): Decimal(sum(told)) / 2,
        (EAST, "2025-03"): Decimal(sum(told[:6])) / 2,
        (WEST, "2025-03"): Decimal(sum(told[6:])) / 2,
    }
    assert observed("statistics.core_firms")[EAST, "2025-Q1"] == 6
    newest = Observation.objects.filter(metric_version__metric__code="statistics.core_revenue")
    lineage = newest.order_by("-pk")[0].lineage
    assert lineage["bay"] == "statistics"
    assert lineage["classification"] == "2021.1"
    assert measure(actor=OFFICE) == 0
    # What firms report of January is in their reports of February.
    assert set(newest.filter(period="2025-01").values_list("status", flat=True)) == {"K"}


def test_a_city_says_which_of_its_metrics_the_bay_measures(tmp_path: Path) -> None:
    areas()
    [figure] = [each for each in BAY.metrics if each.code == "statistics.core_firms"]
    own = replace(figure, code="core_firms", figure=figure.code, definition="本市口径")
    import_metrics([own], actor=OFFICE)
    taken_over(tmp_path, "register", register(*[EAST] * 6))
    taken_over(tmp_path, "returns", revenue(202503, *[1_000_000] * 6))
    measure(actor=OFFICE)
    assert observed("core_firms")[EAST, "2025-Q1"] == 6
    assert observed("statistics.core_firms") == {}, "one figure is one metric"

    # Reported from then on: what was measured stays, the bay goes on under its own code.
    import_metrics([replace(own, origin="reported")], actor=OFFICE)
    measure(actor=OFFICE)
    assert observed("core_firms")[EAST, "2025-Q1"] == 6
    assert observed("statistics.core_firms")[EAST, "2025-Q1"] == 6


def test_a_metric_that_no_bay_measures_so_is_refused() -> None:
    [figure] = [each for each in BAY.metrics if each.code == "statistics.core_firms"]
    own = replace(figure, code="core_firms", figure="statistics.core_firm")
    with pytest.raises(Invalid) as refused:
        import_metrics([own], actor=OFFICE)
    assert refused.value.code == "observations.figure_unknown"
    assert "statistics.core_firms" in str(refused.value.next_step)
    monthly = replace(own, figure=figure.code, frequency="M")
    with pytest.raises(Invalid) as refused:
        import_metrics([monthly], actor=OFFICE)
    assert refused.value.code == "observations.figure_differs"


def test_a_corrected_return_is_told_with_the_next_month(tmp_path: Path) -> None:
    areas()
    taken_over(tmp_path, "register", register(*[EAST] * 6, *[WEST] * 6))
    taken_over(tmp_path, "returns", revenue(202502, *[1_000_000] * 12))
    publish(202502)
    taken_over(tmp_path, "returns", revenue(202502, 1_500_000))
    assert measure(actor=OFFICE) == 0
    assert observed("statistics.core_revenue")[CITY, "2025-02"] == 120
    taken_over(tmp_path, "returns", revenue(202503, 2_500_000, *[1_900_000] * 11))
    publish(202503)
    assert observed("statistics.core_revenue")[CITY, "2025-03"] == 25 + 19 * 11 - 120


def test_months_that_were_not_published_are_in_the_next(tmp_path: Path) -> None:
    areas()
    taken_over(tmp_path, "register", register(*[EAST] * 6, *[WEST] * 6))
    for month in range(2, 8):
        taken_over(tmp_path, "returns", revenue(202500 + month, *[month * 500_000] * 12))
    publish(202503, 202507)
    told = observed("statistics.core_revenue")
    assert told[CITY, "2025-03"] == 180
    assert told[CITY, "2025-07"] == 240
    assert {told[CITY, f"2025-{month:02}"] for month in (1, 2, 4, 5, 6)} == {0}
    assert not observed("statistics.core_value_added"), "all of it is by rates that anybody knows"


def test_value_added_is_judged_by_itself_and_not_by_revenue(tmp_path: Path) -> None:
    areas()
    taken_over(tmp_path, "register", register(*[EAST] * 6, *[WEST] * 6))
    returns = revenue(202503, *[1_000_000] * 12)
    for number, row in enumerate(returns):
        # One firm of the east has nearly all of its area's value added.
        made = 900_000 if number == 0 else 1_000 + 100_000 * (number >= 6)
        row |= {"compensation": made, "production_tax": 0, "depreciation": 0, "surplus": 0}
    taken_over(tmp_path, "returns", returns)
    publish(202503)
    revenues = {area for area, _period in observed("statistics.core_revenue")}
    assert revenues == {CITY, EAST, WEST}
    added = {area for area, _period in observed("statistics.core_value_added")}
    assert EAST not in added
    assert not {CITY, WEST} <= added, "the one less the other would be the east"


def test_what_would_tell_of_one_firm_is_told_to_nobody(tmp_path: Path) -> None:
    areas()
    taken_over(tmp_path, "register", register(*[EAST] * 8, WEST))
    taken_over(tmp_path, "returns", revenue(202502, *[1_000_000] * 9))
    publish(202502)
    # The west has one firm; with the east and the city it could be reckoned.
    told = {area for area, _period in observed("statistics.core_revenue")}
    assert told in ({CITY}, {EAST})
