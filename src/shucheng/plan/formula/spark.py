"""Compute formulas with Spark, where the observations outgrow one machine.

    session.createDataFrame(rows, PANEL).createOrReplaceTempView("panel")
    values = evaluate(session, formula, areas, first_year=2025)

The panel is a table or view of the session, in a province a table of its warehouse; its columns
are those of `formula.sql`. Needs the extra `spark` and Java 17.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from shucheng.lib.periods import Period
from shucheng.plan.formula.proof import Formula
from shucheng.plan.formula.run import Value, rounded
from shucheng.plan.formula.sql import compile_sql

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# The columns of the panel and of the areas, as Spark writes a schema.
PANEL: Final = (
    "metric STRING, area STRING, dimension STRING, year INT, half INT, quarter INT, month INT,"
    " value DECIMAL(38, 6)"
)
AREAS: Final = "area STRING, parent STRING"


def frame(
    session: "SparkSession",
    formula: Formula,
    areas: Mapping[str, str],
    *,
    first_year: int,
    by: str = "",
) -> "DataFrame":
    """The formula's values (`area`, `member`, `period`, `value`) as a frame: nothing runs before
    it is asked for. `areas` maps each area to its parent, empty for the city."""
    session.createDataFrame(list(areas.items()), AREAS).createOrReplaceTempView("areas")
    city = next((area for area, parent in areas.items() if not parent), "")
    return session.sql(
        compile_sql(formula, first_year=first_year, city=city, dialect="spark", by=by)
    )


def evaluate(
    session: "SparkSession",
    formula: Formula,
    areas: Mapping[str, str],
    *,
    first_year: int,
    by: str = "",
) -> list[Value]:
    """The values, ordered and rounded as `run.Panel.evaluate` gives them."""
    found = frame(session, formula, areas, first_year=first_year, by=by).collect()
    return sorted(
        (
            Value(row.area, row.member, Period(formula.frequency, row.period), rounded(row.value))
            for row in found
        ),
        key=lambda value: (value.area, value.member, value.period),
    )
