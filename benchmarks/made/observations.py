"""A large monitoring history, the same for every run: metrics, areas, months, dimensions, vintages.

    size = Size(metrics=200, months=60, codes=8)
    prepare(size)                                   # a city, metrics, bindings, a plan in force
    for row in rows(size, ids): ...                 # straight into `observations_observation`

The figures are made up from a seed. They are written past the actions, which would check and
audit each of ten million rows; cells and vintages are what the actions would have made of them.
"""

# ruff: noqa: S608 - our own names

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shucheng.lib.periods import Period

FIRST = Period.parse("2021-01")
COLUMNS = (
    "id, period, period_start, period_end, dimension_key, cell, vintage, value, status, source,"
    " note, lineage, recorded_at, area_id, metric_version_id, supersedes_id"
)
REVISED = 0.184
AREAS = 11
# What is measured, turn by turn: every shape of reading, and readings beside one another.
SHAPES = (
    "ytd({a})",
    "yoy(ytd({a}))",
    "share({a}, city({a}))",
    "ytd({a}[industry=01])",
    "share(ytd({a}), ytd({b}))",
    "cumulative({a})",
    "{a} - children({a})",
    "growth({a}[industry=01|02, size=03])",
)
UNITS = ("亿元", "%", "%", "亿元", "%", "亿元", "亿元", "%")


@dataclass(frozen=True, slots=True)
class Size:
    """`codes` is how many codes each of the two dimensions has."""

    metrics: int
    months: int
    codes: int

    @property
    def cells(self) -> int:
        return self.metrics * AREAS * self.months * self.codes**2

    @property
    def last(self) -> Period:
        return FIRST.shift(self.months - 1)


@dataclass(frozen=True, slots=True)
class Ids:
    """Keys in the database: of the areas, and of each metric's definition."""

    areas: tuple[int, ...]
    versions: tuple[int, ...]


def names(size: Size) -> list[str]:
    return [f"m{number:03}" for number in range(size.metrics)]


def dimension_keys(size: Size) -> list[str]:
    codes = [f"{number:02}" for number in range(1, size.codes + 1)]
    return [f"industry={industry};size={each}" for industry in codes for each in codes]


def prepare(size: Size) -> Ids:
    """A city of eleven areas, its metrics, an indicator a metric, and a plan in force."""
    from shucheng.kernel.public import Area, Metric, MetricVersion, StoredFile
    from shucheng.plan.models import Binding, Indicator, Plan, PlanVersion, VersionState

    city = Area.objects.create(code="900000", name="样例市", kind="city")
    counties = [
        Area.objects.create(code=f"9000{n:02}", name=f"样例县{n}", kind="county", parent=city)
        for n in range(1, AREAS)
    ]
    codes = [f"{number:02}" for number in range(1, size.codes + 1)]
    versions = []
    for name in names(size):
        metric = Metric.objects.create(code=name, name_zh=name)
        versions.append(
            MetricVersion.objects.create(
                metric=metric,
                number=1,
                unit="亿元",
                measure="flow",
                frequency="M",
                area_aggregation="sum",
                time_aggregation="sum",
                dimensions={"industry": codes, "size": codes},
            ).pk
        )
    source = StoredFile.objects.create(name="plan.txt", sha256="0" * 64, size=0, kind="txt")
    plan = Plan.objects.create(code="large", title="样例")
    version = PlanVersion.objects.create(
        plan=plan,
        number=1,
        state=VersionState.PUBLISHED,
        source=source,
        title="样例",
        period_start=FIRST.year,
        period_end=size.last.year,
    )
    for number, (name, other) in enumerate(
        zip(names(size), names(size)[1:] + names(size)[:1], strict=True)
    ):
        shape = number % len(SHAPES)
        binding = Binding.objects.create(
            code=f"i{number:03}",
            name=name,
            formula=SHAPES[shape].format(a=name, b=other),
            unit=UNITS[shape],
        )
        Indicator.objects.create(
            version=version,
            ref=f"i{number}",
            span_start=0,
            span_end=0,
            code=binding.code,
            no=number + 1,
            name=name,
            unit=binding.unit,
            binding=binding,
        )
    return Ids((city.pk, *(county.pk for county in counties)), tuple(versions))


def rows(size: Size, ids: Ids, seed: int = 7) -> Iterator[tuple[Any, ...]]:
    """Every row in the order of its id: a month's values ten days after it, then corrections of
    about a fifth of them another ten days later."""
    from shucheng.kernel.observations.inputs import cell_of

    chance = random.Random(seed)
    keys = dimension_keys(size)
    number = 0
    for month in range(size.months):
        period = FIRST.shift(month)
        text, start, end = str(period), str(period.start), str(period.end)
        first = f"{datetime(period.year, period.start.month, 1) + timedelta(days=40)}+00:00"
        later = f"{datetime(period.year, period.start.month, 1) + timedelta(days=50)}+00:00"
        revised = []
        for version in ids.versions:
            for area in ids.areas:
                for key in keys:
                    number += 1
                    cell = cell_of(version, area, None, text, key).hex
                    value = f"{chance.randrange(10**7)}e-2"
                    if chance.random() < REVISED:
                        revised.append((number, cell, key, area, version))
                    yield (number, text, start, end, key, cell, 1, value, "A", "reported", "",
                           "{}", first, area, version, None)  # fmt: skip
        for old, cell, key, area, version in revised:
            number += 1
            value = f"{chance.randrange(10**7)}e-2"
            yield (number, text, start, end, key, cell, 2, value, "A", "reported", "复核",
                   "{}", later, area, version, old)  # fmt: skip


def load(connection: Any, size: Size, ids: Ids) -> int:
    """Write the rows into Django's database, the indexes made afterwards; how many there are."""
    load_into: Mapping[str, Any] = {"sqlite": _into_sqlite, "postgresql": _into_postgresql}
    return int(load_into[connection.vendor](connection, size, ids))


def _into_sqlite(connection: Any, size: Size, ids: Ids) -> int:
    connection.ensure_connection()
    raw = connection.connection
    parts = raw.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'observations_observation'"
        " AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type"
    ).fetchall()
    for kind, name, _sql in parts:
        raw.execute(f"DROP {kind} {name}")
    marks = ", ".join("?" * len(COLUMNS.split(",")))
    raw.execute("PRAGMA synchronous=OFF")
    raw.execute("BEGIN")
    # SQLite holds moments as Django writes them: without the zone, which is UTC.
    raw.executemany(
        f"INSERT INTO observations_observation ({COLUMNS}) VALUES ({marks})",
        ((*row[:12], row[12][:-6], *row[13:]) for row in rows(size, ids)),
    )
    raw.execute("COMMIT")
    for _kind, _name, sql in parts:
        raw.execute(sql)
    raw.execute("ANALYZE")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return int(raw.execute("SELECT MAX(id) FROM observations_observation").fetchone()[0])


def _into_postgresql(connection: Any, size: Size, ids: Ids) -> int:
    table = "observations_observation"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = %s AND indexname LIKE"
            " 'observation\\_%%' AND indexname NOT LIKE '%%cell_vintage'",
            [table],
        )
        indexes = [row[0] for row in cursor.fetchall()]
        for definition in indexes:
            cursor.execute(f"DROP INDEX {definition.split()[2]}")
        cursor.execute("SET session_replication_role = replica")
        with cursor.cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN") as copy:
            for row in rows(size, ids):
                copy.write_row(row)
        cursor.execute("RESET session_replication_role")
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}"
        )
        found = cursor.fetchone()[0]
        cursor.execute(f"ANALYZE {table}")
    return int(found)
