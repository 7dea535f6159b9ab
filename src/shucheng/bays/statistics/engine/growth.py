"""Growth of revenue over the same period of last year, and where it comes from.

Nominal growth sets sum against sum. Comparable scope (同口径) sets the revenue of firms against
what the same firms state, this year, for last year's period: it leaves out who came and went, and
what was corrected. The change of a cell's sum is decomposed exactly, firm by firm:

  continuing  firms there both years: this year's revenue − last year's as stated this year
  correction  of the same firms: last year's as stated this year − as reported last year
  entry       firms that did not count last year: new, in no register then; promoted, registered
              as not 规上 (入库); reclassified, in no class of the scheme; or unreported, in it
              without a figure
  exit        firms that no longer count: gone from the register; demoted, no longer 规上 (退库);
              reclassified; or unreported
  moved       firms that count in another cell than last year: in, less out

Source: 国家统计局 规模以上工业企业 "增速按可比口径计算" 的说明.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import duckdb

from .cells import AccountInvalid, Dimension, Scheme, place
from .coefficients import UNIT


@dataclass(frozen=True, slots=True)
class Growth:
    """One cell's growth to `period`, year to date, thousand yuan; `key` are its dimensions.

    now − before is the sum of the amounts from continuing to moved_out, exactly; exits and
    moved_out are below 0 when revenue is above.
    comparable_now and comparable_before are those of firms that state last year's revenue.
    """

    key: tuple[Any, ...]
    firms: int
    firms_before: int
    now: Fraction
    before: Fraction
    continuing: Fraction
    correction: Fraction
    entry_new: Fraction
    entry_promoted: Fraction
    entry_reclassified: Fraction
    entry_unreported: Fraction
    exit_gone: Fraction
    exit_demoted: Fraction
    exit_reclassified: Fraction
    exit_unreported: Fraction
    moved_in: Fraction
    moved_out: Fraction
    comparable_now: Fraction
    comparable_before: Fraction

    @property
    def nominal(self) -> float | None:
        """Growth of the sum, 0.08 for 8 %; None without a sum above 0 last year."""
        return float(self.now / self.before - 1) if self.before > 0 else None

    @property
    def comparable(self) -> float | None:
        """Growth at comparable scope; None when no firm states last year's revenue."""
        if self.comparable_before <= 0:
            return None
        return float(self.comparable_now / self.comparable_before - 1)


def growth(
    connection: duckdb.DuckDBPyConnection,
    period: int,
    *,
    by: Sequence[Dimension] = ("class", "area"),
    scheme: Scheme = "core",
    designated: bool | None = True,
    share: Literal["lower", "upper"] = "upper",
) -> list[Growth]:
    """Growth of each cell from the same period of last year to `period` (yyyymm, year to date).

    `designated=True` keeps to 规上 firms of each time: the scope the plan's targets are stated in.
    A firm of a starred class counts by the `share` bound of its coefficient. Raises
    `AccountInvalid` for an unknown dimension or bound.
    """
    if share not in ("lower", "upper"):
        raise AccountInvalid(f"there is no bound {share!r}; there are lower and upper")
    place(connection, scheme, by, designated=designated)
    sql = _SQL.format(
        keys="".join(f"{name}, " for name in by),
        paired="".join(f"coalesce(now.{name}, past.{name}) AS {name}, " for name in by),
        same="".join(f" AND now.{name} IS NOT DISTINCT FROM past.{name}" for name in by),
        share=share,
    )
    rows = connection.execute(
        sql,
        {"period": period, "before": period - 100, "designated": designated},
    ).fetchall()
    width = len(by)
    found = [
        Growth(
            tuple(row[:width]),
            row[-2],
            row[-1],
            *(Fraction(int(amount), UNIT) for amount in row[width:-2]),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: tuple(map(str, each.key)))


# `now` and `past`: a firm's share of revenue in every cell it counts in. A firm may count in
# several; where a cell is the same both years it continues, otherwise it came, went or moved.
# `came` and `went`: why a firm did not count in the cell last year, or counts there no more.
_SQL = """
WITH counted AS (
    SELECT firm, period, {keys} {share} AS share, revenue, revenue_last
    FROM newest JOIN places USING (firm) JOIN cells USING (cell)
    WHERE period IN ($period, $before) AND period BETWEEN since AND until AND revenue IS NOT NULL
),
now AS (SELECT * FROM counted WHERE period = $period),
past AS (SELECT * FROM counted WHERE period = $before),
placed_at AS (
    SELECT firm, bool_or($before BETWEEN since AND until) AS placed_then,
        bool_or($period BETWEEN since AND until) AS placed_now
    FROM places GROUP BY firm
),
registered AS (
    SELECT firm, bool_or($before BETWEEN since AND until) AS known_then,
        bool_or($period BETWEEN since AND until) AS known_now,
        bool_or($before BETWEEN since AND until AND NOT designated AND $designated) AS below_then,
        bool_or($period BETWEEN since AND until AND NOT designated AND $designated) AS below_now
    FROM register GROUP BY firm
),
firms AS (
    SELECT {paired}
        coalesce(now.revenue * now.share, 0) AS this,
        coalesce(past.revenue * past.share, 0) AS last,
        coalesce(now.revenue_last * now.share, past.revenue * past.share, 0) AS stated,
        now.revenue_last IS NOT NULL AS comparable,
        now.revenue_last * now.share AS stated_only,
        now.firm IS NOT NULL AS here, past.firm IS NOT NULL AS there,
        coalesce(now.firm, past.firm) AS firm
    FROM now FULL JOIN past ON now.firm = past.firm{same}
),
told AS (
    SELECT firms.*,
        CASE WHEN there THEN '' WHEN firm IN (SELECT firm FROM past) THEN 'moved'
            WHEN placed_then THEN 'unreported' WHEN NOT known_then THEN 'new'
            WHEN below_then THEN 'promoted' ELSE 'reclassified' END AS came,
        CASE WHEN here THEN '' WHEN firm IN (SELECT firm FROM now) THEN 'moved'
            WHEN placed_now THEN 'unreported' WHEN NOT known_now THEN 'gone'
            WHEN below_now THEN 'demoted' ELSE 'reclassified' END AS went
    FROM firms JOIN placed_at USING (firm) JOIN registered USING (firm)
)
SELECT {keys}
    sum(this), sum(last),
    sum(if(here AND there, this - stated, 0)),
    sum(if(here AND there, stated - last, 0)),
    sum(if(came = 'new', this, 0)), sum(if(came = 'promoted', this, 0)),
    sum(if(came = 'reclassified', this, 0)), sum(if(came = 'unreported', this, 0)),
    sum(if(went = 'gone', -last, 0)), sum(if(went = 'demoted', -last, 0)),
    sum(if(went = 'reclassified', -last, 0)), sum(if(went = 'unreported', -last, 0)),
    sum(if(came = 'moved', this, 0)), sum(if(went = 'moved', -last, 0)),
    coalesce(sum(if(comparable, this, 0)), 0), coalesce(sum(stated_only), 0),
    sum(here::INTEGER)::BIGINT, sum(there::INTEGER)::BIGINT
FROM told GROUP BY ALL HAVING count(*) > 0
"""
