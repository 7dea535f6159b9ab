"""Recording, correcting, and what was known when."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.records import an_actor, make_area, make_organisation

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.errors import Conflict, Forbidden, Invalid
from shucheng.kernel.identity.models import Area
from shucheng.kernel.observations.actions.metrics import define_metric_version, import_metrics
from shucheng.kernel.observations.actions.values import (
    Recorded,
    correct_observation,
    record_observations,
)
from shucheng.kernel.observations.inputs import (
    MetricDefinition,
    ObservationInput,
    RowsRefused,
    as_recordable,
)
from shucheng.kernel.observations.jobs import refresh_statistics
from shucheng.kernel.observations.models import Observation
from shucheng.kernel.observations.queries import (
    Selection,
    as_known_on,
    history,
    known,
    known_series,
    latest_values,
    series,
)

pytestmark = pytest.mark.django_db

OFFICE = an_actor(Role.PLAN_OFFICE)
REVENUE = MetricDefinition(
    code="core_revenue",
    name_zh="核心产业营业收入",
    unit="亿元",
    measure="flow",
    frequency="M",
    area_aggregation="sum",
    time_aggregation="sum",
)


@pytest.fixture(autouse=True)
def _city() -> None:
    make_area("320900", kind="city")
    make_area("320902")
    import_metrics([REVENUE], actor=OFFICE)


def row(value: Any = "412.6", period: str = "2025-09", **more: Any) -> ObservationInput:
    return ObservationInput(
        **{"metric": "core_revenue", "area": "320900", "period": period, "value": value, **more}
    )


def put(*rows: ObservationInput, actor: Actor = OFFICE, **more: Any) -> Recorded:
    return record_observations(rows, actor=actor, **more)


def values(as_of: Any = None) -> list[Decimal | None]:
    return [o.value for o in as_known_on(Selection("core_revenue", as_of=as_of), actor=OFFICE)]


def test_a_recorded_value_is_given_back_exactly() -> None:
    exact = ["0.000001", "123456789.012345", "-3", "999999999999999", "100.10"]
    put(*(row(value, f"2025-0{n}") for n, value in enumerate(exact, start=1)))
    assert values() == [Decimal(value) for value in exact]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1,200.5", "1200.5"),
        ("1 200", "1200"),
        ("１２", "12"),
        ("1e3", "1000"),
        ("1." + "0" * 60, "1"),
    ],
)
def test_a_number_may_be_written_in_groups_and_full_width(written: str, number: str) -> None:
    put(row(written))
    assert values() == [Decimal(number)]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"metric": "nothing"}, "metric", "metric"),
        ({"area": "999999"}, "area", "area"),
        ({"organisation": "nobody"}, "organisation", "organisation"),
        ({"period": "2025-13"}, "period", "2025-Q3"),
        ({"period": "2025-Q3"}, "period", "frequency"),
        ({"period": "2099-01"}, "period", "not begun"),
        ({"value": "many"}, "value", "number"),
        ({"value": "NaN"}, "value", "number"),
        ({"value": 0.1}, "value", "decimal"),
        ({"value": "1.0000001"}, "value", "digits"),
        ({"value": "1234567890123456"}, "value", "digits"),
        ({"value": "1e400"}, "value", "digits"),
        ({"value": Decimal("1e9999999")}, "value", "digits"),
        ({"value": "1." + "0" * 30 + "1"}, "value", "digits"),
        ({"value": "12,5"}, "value", "number"),
        ({"value": "1,200,00"}, "value", "number"),
        ({"value": "12.345,6"}, "value", "number"),
        ({"value": "1_000"}, "value", "number"),
        ({"value": "40\n50"}, "value", "number"),
        ({"value": "41 2"}, "value", "number"),
        ({"value": "٤٢"}, "value", "number"),
        ({"value": None, "status": "A"}, "value", "needs a value"),
        ({"value": "1", "status": "O"}, "value", "no number"),
        ({"status": "Z"}, "status", "status"),
        ({"dimensions": {"industry": "01"}}, "dimensions", "dimensions"),
        ({"evidence": 4711}, "evidence", "file"),
    ],
)
def test_a_bad_row_is_named_with_field_and_reason_and_nothing_is_recorded(
    change: dict[str, Any], field: str, words: str, settings: Any
) -> None:
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(RowsRefused) as refused:
        put(row(), row(**{"period": "2025-08", **change}))
    assert [(e.row, e.field) for e in refused.value.rows] == [(2, field)]
    assert words in refused.value.rows[0].message
    assert values() == []


def test_every_bad_row_is_listed_at_once() -> None:
    with pytest.raises(RowsRefused) as refused:
        put(*(row(value="x", period=f"2025-0{n}") for n in range(1, 8)))
    assert [e.row for e in refused.value.rows] == [1, 2, 3, 4, 5, 6, 7]
    assert refused.value.values == {"wrong": 7, "total": 7}


def test_the_same_cell_twice_in_a_batch_is_refused() -> None:
    with pytest.raises(RowsRefused):
        put(row("1"), row("2"))


def test_sending_a_batch_again_changes_nothing() -> None:
    put(row("1", "2025-01"), row("2", "2025-02"))
    again = put(row("1.0", "2025-01"), row("2", "2025-02"))
    assert (again.created, again.unchanged) == (0, 2)
    assert Observation.objects.count() == 2


def test_another_value_needs_a_reason_to_replace_what_is_known() -> None:
    put(row("1"))
    with pytest.raises(RowsRefused):
        put(row("2"))
    with pytest.raises(Invalid, match="reason"):
        put(row("2"), on_change="supersede")
    done = put(row("2"), on_change="supersede", reason="复核后更正")
    assert done.superseded == 1
    assert values() == [Decimal(2)]


def test_a_missing_value_is_recorded_as_missing_and_not_as_zero() -> None:
    put(row(None, status="L"))
    found = Observation.objects.get()
    assert (found.value, found.status, found.is_missing) == (None, "L", True)
    assert latest_values(["core_revenue"], "320900", actor=OFFICE) == {}


def test_a_correction_keeps_what_it_corrects_and_says_why() -> None:
    put(row("412.6"))
    first = Observation.objects.get()
    second = correct_observation(first.pk, "421.6", actor=OFFICE, reason="数字颠倒")
    assert [o.value for o in history(second)] == [Decimal("412.6"), Decimal("421.6")]
    assert (second.vintage, second.note) == (2, "数字颠倒")
    entry = AuditEntry.objects.order_by("sequence").last()
    assert entry is not None
    assert json.loads(entry.changes) == {"value": ["412.600000", "421.6"]}


def test_the_second_of_two_corrections_of_one_value_conflicts() -> None:
    put(row("1"))
    first = Observation.objects.get()
    correct_observation(first.pk, "2", actor=OFFICE, reason="one")
    with pytest.raises(Conflict):
        correct_observation(first.pk, "3", actor=OFFICE, reason="other")
    assert values() == [Decimal(2)]


def test_the_database_lets_no_value_have_two_successors() -> None:
    put(row("1"))
    first = Observation.objects.get()
    correct_observation(first.pk, "2", actor=OFFICE, reason="one")
    rival = Observation.objects.get(vintage=2)
    rival.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        rival.save(force_insert=True)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE observations_observation SET value = 0", "DELETE FROM observations_observation"],
)
def test_the_database_refuses_to_change_or_delete_a_value(statement: str) -> None:
    put(row("1"))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert values() == [Decimal(1)]


def test_as_known_on_a_day_answers_as_on_that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    at = clock(monkeypatch)
    at(datetime(2025, 10, 12, 3, tzinfo=UTC))
    put(row("412.6"))
    at(datetime(2025, 11, 5, 3, tzinfo=UTC))
    put(row("430"), on_change="supersede", reason="年度核定")
    put(row("50", "2025-10"))
    assert values(datetime(2025, 10, 11).date()) == []
    assert values(datetime(2025, 10, 12).date()) == [Decimal("412.6")]
    assert values(datetime(2025, 11, 4).date()) == [Decimal("412.6")]
    assert values(datetime(2025, 11, 5).date()) == [Decimal(430), Decimal(50)]
    assert values() == [Decimal(430), Decimal(50)]


def test_a_new_definition_speaks_for_its_periods_and_keeps_the_old_series() -> None:
    put(row("1", "2025-01"), row("2", "2025-02"))
    wider = MetricDefinition(**{**asdict(REVENUE), "definition": "含规下企业"})
    define_metric_version(wider, actor=OFFICE, reason="统计范围扩大")
    put(row("20", "2025-02"), row("30", "2025-03"))
    found = series("core_revenue", "320900", actor=OFFICE)
    assert [(o.period, o.value, o.metric_version.number) for o in found] == [
        ("2025-01", Decimal(1), 1),
        ("2025-02", Decimal(20), 2),
        ("2025-03", Decimal(30), 2),
    ]


def test_the_citys_series_has_neither_counties_nor_organisations_nor_parts() -> None:
    bureau = make_organisation("tjj")
    put(row("9"), row("4", area="320902"), row("2", organisation=bureau.code))
    found = known_series(["core_revenue", "unknown"])
    assert [o.value for o in found["core_revenue"]] == [Decimal(9)]
    assert [o.value for o in known_series(["core_revenue"], area="320902")["core_revenue"]] == [
        Decimal(4)
    ]


def test_dimensions_are_checked_against_their_codes() -> None:
    by_industry = MetricDefinition(
        **{**asdict(REVENUE), "code": "by_industry", "dimensions": {"industry": ("01", "02")}}
    )
    import_metrics([by_industry], actor=OFFICE)
    put(row(metric="by_industry", dimensions={"industry": "01"}))
    with pytest.raises(RowsRefused):
        put(row(metric="by_industry", dimensions={"industry": "09"}))
    with pytest.raises(RowsRefused):
        put(row(metric="by_industry"))
    assert Observation.objects.get().dimension_key == "industry=01"


def test_a_service_records_for_its_own_organisation_only() -> None:
    own, other = make_organisation("own"), make_organisation("other")
    service = an_actor(Role.SERVICE, organisation=own)
    put(row(organisation="own"), actor=service)
    with pytest.raises(RowsRefused):
        put(row(organisation=other.code), actor=service)
    with pytest.raises(RowsRefused):
        put(row(), actor=service)


@pytest.mark.parametrize("role", [Role.LIAISON, Role.LEADER, Role.AUDITOR, Role.REVIEWER])
def test_other_roles_record_nothing(role: Role) -> None:
    with pytest.raises(Forbidden):
        put(row(), actor=an_actor(role))


def test_a_computed_number_is_rounded_to_what_can_be_kept() -> None:
    assert as_recordable(0.1 + 0.2) == Decimal("0.3")
    assert as_recordable(1 / 3 * 1e9) == Decimal("333333333.333333")
    assert as_recordable(-1e-9) == 0


def test_the_queries_of_a_batch_do_not_grow_with_its_rows_but_for_the_inserts(
    django_assert_max_num_queries: Any,
) -> None:
    areas = [make_area(f"z{n}").code for n in range(100)]
    rows = [
        row("1", f"{year}-{month:02}", area=area)
        for area in areas
        for year in (2023, 2024)
        for month in range(1, 13)
    ]
    with django_assert_max_num_queries(70):
        assert put(*rows).created == 2400


@pytest.mark.parametrize("as_of", [None, datetime(2026, 1, 1, tzinfo=UTC)])
def test_a_series_is_read_through_indexes_and_never_by_walking_the_table(as_of: Any) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL walks a table that is as small as a test's")
    others = [make_area(f"s{n}").code for n in range(20)]
    put(*(row(area=code) for code in others))
    refresh_statistics({}, actor=OFFICE, progress=None)
    areas = [area.pk for area in Area.objects.filter(code__in=others[:2])]
    plan = known(as_of).filter(metric_version__in=[1, 2], area__in=areas).explain()
    assert "SCAN" not in plan
    assert "(supersedes_id=?)" in plan


# -- laws -------------------------------------------------------------------------------------

CELLS = [("320900", "2025-01"), ("320900", "2025-02"), ("320902", "2025-01")]
WRITES = st.lists(
    st.tuples(st.sampled_from(CELLS), st.integers(-999, 999), st.booleans()), max_size=12
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(earlier=WRITES, later=WRITES)
def test_what_is_recorded_later_never_changes_an_earlier_answer(
    earlier: list[Any], later: list[Any]
) -> None:
    with transaction.atomic():
        write(earlier)
        moment = timezone.now()
        before = answer(moment)
        write(later)
        assert answer(moment) == before
        transaction.set_rollback(True)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(WRITES)
def test_each_cell_is_one_line_of_vintages_with_one_head(writes: list[Any]) -> None:
    with transaction.atomic():
        write(writes)
        for head in known():
            line = history(head)
            assert [o.vintage for o in line] == list(range(1, len(line) + 1))
            assert [o.supersedes_id for o in line] == [None, *(o.pk for o in line[:-1])]
            moments = [o.recorded_at for o in line]
            assert moments == sorted(set(moments))
            assert line[-1].pk == head.pk
        cells = Observation.objects.values_list("cell", flat=True).distinct().order_by()
        assert known().count() == len(set(cells))
        transaction.set_rollback(True)


def write(writes: list[Any]) -> None:
    for (area, period), value, missing in writes:
        put(
            row(None if missing else value, period, area=area),
            on_change="supersede",
            reason="again",
        )


def answer(moment: datetime) -> list[tuple[int, Decimal | None]]:
    selection = Selection("core_revenue", as_of=moment)
    return [(o.pk, o.value) for o in as_known_on(selection, actor=OFFICE)]


def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def at(moment: datetime) -> None:
        ticks = iter(range(10**6))
        monkeypatch.setattr(timezone, "now", lambda: moment + timedelta(microseconds=next(ticks)))

    return at


def test_simulated_values_alone_may_say_when_they_were_recorded() -> None:
    then = datetime(2025, 10, 20, 2, tzinfo=UTC)
    later = then + timedelta(days=60)
    put(row("400", status="P", recorded_at=then), source="simulation")
    settled = row("412.6", recorded_at=later)
    put(settled, source="simulation", on_change="supersede", reason="核定")
    assert values(then - timedelta(days=1)) == []
    assert values(then) == values(date(2025, 12, 18)) == [Decimal(400)]
    assert values(later) == values() == [Decimal("412.6")]
    written = AuditEntry.objects.filter(code="observations.recorded")
    assert [entry.recorded_at > later for entry in written] == [True, True], "its own moment"


@pytest.mark.parametrize("source", ["reported", "imported", "bay:energy"])
def test_a_moment_of_recording_is_refused_of_any_other_source(source: str) -> None:
    given = row(recorded_at=datetime(2025, 10, 20, tzinfo=UTC))
    with pytest.raises(RowsRefused) as refused:
        put(given, source=source)
    assert [(e.field, e.code) for e in refused.value.rows] == [("recorded_at", "moment_given")]
    assert values() == []


def test_a_moment_of_recording_that_is_to_come_is_refused() -> None:
    given = row(recorded_at=timezone.now() + timedelta(minutes=1))
    with pytest.raises(RowsRefused) as refused:
        put(given, source="simulation")
    assert [e.code for e in refused.value.rows] == ["moment_future"]


def test_a_correction_is_never_recorded_before_what_it_corrects() -> None:
    then = datetime(2025, 10, 20, tzinfo=UTC)
    put(row("1", recorded_at=then), source="simulation")
    before = row("2", recorded_at=then - timedelta(days=9))
    put(before, source="simulation", on_change="supersede", reason="核定")
    first, second = history(Observation.objects.get(vintage=2))
    assert first.recorded_at < second.recorded_at < then + timedelta(seconds=1)
