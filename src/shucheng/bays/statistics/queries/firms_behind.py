"""The firms behind a cell of an account, each with its share and amount."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from shucheng.bays.statistics.engine.accounts import Basis
from shucheng.bays.statistics.engine.cells import Dimension, Scheme, place
from shucheng.bays.statistics.engine.classification import CORE
from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.engine.value_added import BASE, REPORTED
from shucheng.bays.statistics.queries.accounts import class_names, members, simulated
from shucheng.bays.statistics.queries.choices import NO_PARK, Choice, choices
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.bays.statistics.queries.seeing import require_firms, sees
from shucheng.kernel.public import Actor

MOST = 500

# Flows since January, thousand yuan; value added in two parts, of which one is 0, so
# that a month is known also where it was reported and then estimated, or the other way round.
_FLOWS = {
    "revenue": "revenue",
    "rd_expense": "rd_expense",
    "value_added": f"if({BASE} IS NULL, {REPORTED}, 0) * 10000::HUGEINT"
    f" + if({REPORTED} IS NULL, {BASE}, 0) * rate::HUGEINT",
}
_MEMBER = {"park": f"coalesce(nullif(park, ''), '{NO_PARK}')"}
_PEOPLE = ("employees", "rd_staff")
_STEP = {"month": (1, 2), "quarter": (3, 3)}


@dataclass(frozen=True, slots=True)
class FirmAmount:
    """A firm in the unit of the account; `lower` and `upper` are None where it is not known."""

    code: str
    name: str
    industry: str
    area: str
    share_lower: Decimal
    share_upper: Decimal
    lower: Decimal | None
    upper: Decimal | None
    status: str

    @property
    def status_text(self) -> str:
        words = {
            "reported": _("reported by the firm"),
            "imputed": _("imputed"),
            "estimated": _("estimated"),
        }
        return words.get(self.status, self.status)


@dataclass(frozen=True, slots=True)
class Behind:
    """The firms of a cell, the greatest first, at most `MOST` of `count`."""

    choice: Choice
    name: str
    member: str
    firms: tuple[FirmAmount, ...]
    count: int
    lower: Decimal
    upper: Decimal
    simulated: bool


def firms_behind(asked: Mapping[str, str], *, actor: Actor, most: int = MOST) -> Behind | None:
    """The firms of the cell `class` and `member` of the account that was asked for, of the areas
    that the actor sees; None while there are no returns. Forbidden to those who see no firms."""
    seen = require_firms(actor)
    choice = choices(asked).chosen
    if choice is None:
        return None
    code, member = asked.get("class", ""), asked.get("member", "")
    rows = ask(lambda micro: _rows(micro, choice, code, member), "behind", choice, code, member)
    if seen is not None:
        rows = [row for row in rows if sees(seen, row[3], row[9])]
    places = every_area_name()
    firms = [_firm(row, choice, places) for row in rows]
    names = class_names("core" if code == CORE else choice.scheme)
    known = dict(members(choice.by, [member])) if member else {}
    return Behind(
        choice,
        names.get(code, code),
        known.get(member, ""),
        tuple(firms[:most]),
        len(firms),
        sum((each.lower or Decimal(0) for each in firms), Decimal(0)),
        sum((each.upper or Decimal(0) for each in firms), Decimal(0)),
        simulated(),
    )


def _rows(micro: Micro, choice: Choice, code: str, member: str) -> list[tuple[Any, ...]]:
    """Firm, name, industry, area, share's bounds, amount's bounds (thousand yuan or persons, in
    hundred-millionths), status, park."""
    scheme: Scheme = "core" if code == CORE else choice.scheme
    by: tuple[Dimension, ...] = ("class",) if choice.by == "area" else ("class", choice.by)
    place(
        micro.connection,
        scheme,
        (*by, "area"),
        designated=None if choice.by == "designated" else True,
    )
    sql = _SQL.format(
        now=_FLOWS.get(choice.measure, choice.measure),
        amount=_amount(choice.measure, choice.basis, choice.period),
        member=_MEMBER.get(choice.by, f"coalesce({choice.by}::VARCHAR, '')"),
        any_member="" if member else "OR true",
        scale=1 if choice.measure == "value_added" else 10_000,
    )
    return micro.connection.execute(
        sql,
        {
            "class": code,
            "member": member,
            "period": choice.period,
            "before": choice.period - _STEP.get(choice.basis, (0, 0))[0],
        },
    ).fetchall()


def _amount(measure: str, basis: Basis, period: int) -> str:
    """The amount since January, less that at the end of the period before where it is a part of
    the year; people are what they are."""
    first = period % 100 == _STEP[basis][1] if basis in _STEP else True
    return "now.value" if first or measure in _PEOPLE else "now.value - past.value"


_SQL = """
WITH valued AS (
    SELECT newest.firm, newest.period, cells.*, ({now}) AS value, status
    FROM newest JOIN places USING (firm) JOIN cells USING (cell)
    WHERE newest.period IN ($period, $before) AND $period BETWEEN since AND until
        AND class = $class AND ({member} = $member {any_member})
),
now AS (SELECT *, NULL AS nothing FROM valued WHERE period = $period),
past AS (SELECT firm, value FROM valued WHERE period = $before),
amounts AS (SELECT now.*, {amount} AS amount FROM now LEFT JOIN past USING (firm))
SELECT firm, register.name, register.industry, amounts.area, lower, upper,
    (amount * if(amount >= 0, lower, upper) * {scale})::HUGEINT AS least,
    (amount * if(amount >= 0, upper, lower) * {scale})::HUGEINT AS most, status,
    coalesce(register.park, '')
FROM amounts JOIN register USING (firm)
WHERE $period BETWEEN register.since AND register.until
ORDER BY most DESC NULLS LAST, firm
"""


def _firm(row: tuple[Any, ...], choice: Choice, places: Mapping[str, str]) -> FirmAmount:
    code, name, industry, area, low, high, least, most, status, _park = row
    scale = choice.measured.scale * 100_000_000

    def shown(amount: int | None) -> Decimal | None:
        return None if amount is None else Decimal(amount) / scale

    return FirmAmount(
        code,
        name,
        industry,
        places.get(area, area),
        Decimal(low) / 10_000,
        Decimal(high) / 10_000,
        shown(least),
        shown(most),
        status,
    )
