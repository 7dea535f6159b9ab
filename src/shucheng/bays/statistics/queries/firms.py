"""The register as a list: the newest facts of every firm an actor may see, filtered and paged."""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import Batch, Firm
from shucheng.bays.statistics.queries.import_words import HONOURS
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.places import area_names, every_area_name
from shucheng.bays.statistics.queries.seeing import require_firms
from shucheng.kernel.public import Actor
from shucheng.lib.numbers import whole_number

PAGE = 50
MOST_SAVED = 100_000
# Of the plan's industries the codes stand apart from those of classes.
_PLAN = "plan:"

_SIZES = dict(Firm.Size.choices)

SORTS = {
    "revenue": "revenue DESC NULLS LAST, firm",
    "name": "name, firm",
    "code": "firm",
    "area": "area, firm",
    "industry": "industry, firm",
}

# Once for each state of the micro-data; whole scans of it take milliseconds.
_MADE = """
CREATE TABLE IF NOT EXISTS firms_now AS
SELECT firms.*, firms.until = 999912 AS in_business, revenue, reports.status
FROM (
    SELECT * FROM register QUALIFY row_number() OVER (PARTITION BY firm ORDER BY since DESC) = 1
) AS firms
LEFT JOIN (
    SELECT firm, revenue, status FROM newest
    WHERE period = (SELECT max(period) FROM newest)
) AS reports USING (firm)
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of firms is narrowed to; empty texts narrow nothing."""

    text: str = ""
    area: str = ""
    industry: str = ""
    member: str = ""
    designated: str = ""
    honour: str = ""
    sort: str = "revenue"
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Asked":
        """From an address; what is not understood narrows nothing."""
        industry = given.get("industry", "").strip()
        designated, honour = given.get("designated", ""), given.get("honour", "")
        sort = given.get("sort", "")
        return cls(
            text=given.get("q", "").strip()[:80],
            area=given.get("area", "")[:32],
            industry=industry[:4] if industry.isascii() and industry.isdigit() else "",
            member=given.get("class", "")[:60],
            designated=designated if designated in ("yes", "no") else "",
            honour=honour if honour in HONOURS else "",
            sort=sort if sort in SORTS else "revenue",
            page=min(max(whole_number(given.get("page", "")) or 1, 1), 1_000_000),
        )


@dataclass(frozen=True, slots=True)
class FirmLine:
    """A firm in the list; revenue in 万元, None where it did not report."""

    code: str
    name: str
    industry: str
    area: str
    park: str
    size: str
    designated: bool
    in_business: bool
    revenue: Decimal | None
    status: str
    honours: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirmsPage:
    """A page of the list; `period` (yyyymm) is that of the revenue."""

    asked: Asked
    lines: tuple[FirmLine, ...]
    count: int
    pages: int
    period: int | None
    areas: tuple[tuple[str, str], ...]
    classes: tuple[tuple[str, str], ...]
    industries: tuple[tuple[str, str], ...]
    version: str
    simulated: bool

    @property
    def any_filter(self) -> bool:
        return Asked(sort=self.asked.sort, page=self.asked.page) != self.asked


def firms_page(given: Mapping[str, str], *, actor: Actor) -> FirmsPage:
    """The firms that were asked for, of the areas the actor sees. Forbidden to who sees none."""
    seen = require_firms(actor)
    asked = Asked.of(given)
    today = timezone.localdate()
    count, period = ask(lambda micro: _count(micro, asked, seen, today),
                        "firms count", _narrowing(asked), seen, today)  # fmt: skip
    pages = max(1, -(-count // PAGE))
    at = min(asked.page, pages)
    rows = ask(lambda micro: _rows(micro, asked, seen, today, PAGE, (at - 1) * PAGE),
               "firms", _narrowing(asked), asked.sort, at, seen, today)  # fmt: skip
    names = every_area_name()
    classes, industries, version = ask(_choices, "firms choices")
    chinese = get_language() != "en"
    return FirmsPage(
        Asked(**{name: getattr(asked, name) for name in Asked.__slots__} | {"page": at}),
        tuple(_line(row, names) for row in rows),
        count,
        pages,
        period,
        tuple((code, name) for code, name in area_names().items() if seen is None or code in seen),
        classes,
        tuple((code, zh if chinese else en) for code, zh, en in industries),
        version,
        any_simulated(),
    )


def firms_saved(given: Mapping[str, str], *, actor: Actor) -> tuple[FirmLine, ...]:
    """All that were asked for, for a file; at most `MOST_SAVED`."""
    seen = require_firms(actor)
    asked, today = Asked.of(given), timezone.localdate()
    names = every_area_name()
    rows = ask(lambda micro: _rows(micro, asked, seen, today, MOST_SAVED, 0))
    return tuple(_line(row, names) for row in rows)


def any_simulated() -> bool:
    return Batch.objects.filter(state=Batch.State.APPLIED, simulated=True).exists()


def _narrowing(asked: Asked) -> tuple[str, ...]:
    return (
        asked.text, asked.area, asked.industry, asked.member, asked.designated, asked.honour,
    )  # fmt: skip


def _count(
    micro: Micro, asked: Asked, seen: frozenset[str] | None, today: date
) -> tuple[int, int | None]:
    micro.connection.execute(_MADE)
    where, params = _where(asked, seen, today)
    count = micro.connection.execute(f"SELECT count(*) FROM firms_now {where}", params).fetchone()
    period = micro.connection.execute("SELECT max(period) FROM newest").fetchone()
    return (count or (0,))[0], (period or (None,))[0]


def _rows(
    micro: Micro,
    asked: Asked,
    seen: frozenset[str] | None,
    today: date,
    limit: int,
    offset: int,
) -> list[tuple[Any, ...]]:
    micro.connection.execute(_MADE)
    where, params = _where(asked, seen, today)
    return micro.connection.execute(
        f"""
        WITH page AS (
            SELECT * FROM firms_now {where}
            ORDER BY {SORTS[asked.sort]} LIMIT {int(limit)} OFFSET {int(offset)}
        )
        SELECT firm, name, industry, area, coalesce(park, ''), size, designated, in_business,
            revenue, coalesce(status, ''), coalesce(held, [])
        FROM page LEFT JOIN (
            SELECT firm, list_sort(list(DISTINCT kind)) AS held FROM honours
            WHERE since <= $today AND coalesce(until, DATE '9999-12-31') >= $today
                AND firm IN (SELECT firm FROM page)
            GROUP BY firm
        ) USING (firm)
        ORDER BY {SORTS[asked.sort]}""",
        params | {"today": today},
    ).fetchall()


def _where(asked: Asked, seen: frozenset[str] | None, today: date) -> tuple[str, dict[str, Any]]:
    """The condition of a list and its values."""
    parts: list[tuple[str, dict[str, Any]]] = []
    if seen is not None:
        places = "(SELECT unnest($seen::VARCHAR[]))"
        parts.append(
            (f"(area IN {places} OR area || '/' || park IN {places})", {"seen": sorted(seen)})
        )
    if asked.text:
        parts.append(("(contains(name, $text) OR starts_with(firm, upper($text)))",
                      {"text": asked.text}))  # fmt: skip
    if asked.area:
        parts.append(("area = $area", {"area": asked.area}))
    if asked.industry:
        parts.append(("starts_with(industry, $industry)", {"industry": asked.industry}))
    if asked.designated:
        parts.append(("designated" if asked.designated == "yes" else "NOT designated", {}))
    if asked.member.startswith(_PLAN):
        members = "SELECT firm FROM industry_members WHERE code = $member"
        parts.append((f"firm IN ({members})", {"member": asked.member.removeprefix(_PLAN)}))
    elif asked.member:
        industries = "SELECT industry FROM class_codes WHERE code = $member"
        parts.append((f"industry IN ({industries})", {"member": asked.member}))
    if asked.honour:
        held = """SELECT firm FROM honours WHERE kind = $honour AND since <= $on
            AND coalesce(until, DATE '9999-12-31') >= $on"""
        parts.append((f"firm IN ({held})", {"honour": asked.honour, "on": today}))
    if not parts:
        return "", {}
    params: dict[str, Any] = {}
    for _text, values in parts:
        params |= values
    return "WHERE " + " AND ".join(text for text, _values in parts), params


def _choices(micro: Micro) -> tuple[Any, ...]:
    classes = [
        (each.code, f"{each.code} {each.name}")
        for each in micro.classification.classes
        if each.core and each.level <= 2
    ]
    industries = [
        (f"{_PLAN}{each.code}", each.name, each.name_en)
        for each in micro.plan_industries.industries
    ]
    return tuple(classes), tuple(industries), micro.classification.version


def _line(row: Sequence[Any], names: Mapping[str, str]) -> FirmLine:
    code, name, industry, area, park, size, designated, in_business, revenue, status, held = row
    return FirmLine(
        code,
        name,
        industry,
        names.get(area, area),
        park,
        str(_SIZES.get(size, size)),
        bool(designated),
        bool(in_business),
        None if revenue is None else Decimal(revenue) / 10,
        status,
        tuple(str(HONOURS.get(kind, kind)) for kind in held),
    )
