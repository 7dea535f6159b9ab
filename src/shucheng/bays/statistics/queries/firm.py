"""One firm: its facts batch by batch, what it counts to, its honours, returns and duplicates."""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.micro import Micro
from shucheng.bays.statistics.models import Batch, Coefficient, Firm, Link
from shucheng.bays.statistics.queries.class_words import class_name
from shucheng.bays.statistics.queries.import_words import HONOURS
from shucheng.bays.statistics.queries.micro import ask
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.bays.statistics.queries.seeing import require_firms, sees
from shucheng.kernel.public import Actor, NotFound

_MONTHS_SHOWN = 36
_SIZES = dict(Firm.Size.choices)


@dataclass(frozen=True, slots=True)
class Told:
    """What one batch said of the firm."""

    batch: Batch | None
    number: int
    code: str
    since: int
    name: str
    industry: str
    area: str
    park: str
    size: str
    designated: bool
    in_business: bool


@dataclass(frozen=True, slots=True)
class Honour:
    kind: str
    name: str
    level: str
    since: date
    until: date | None
    withdrawn: bool
    batch: int
    certificate: str

    @property
    def valid(self) -> bool:
        today = timezone.localdate()
        return not self.withdrawn and self.since <= today and not self.ended

    @property
    def ended(self) -> bool:
        return self.until is not None and self.until < timezone.localdate()


@dataclass(frozen=True, slots=True)
class Share:
    """A class that the firm counts to, and the part of it that does, in per cent."""

    code: str
    name: str
    core: bool
    partial: bool
    verified: bool
    lower: Decimal
    upper: Decimal

    @property
    def exact(self) -> bool:
        return self.lower == self.upper


@dataclass(frozen=True, slots=True)
class Month:
    """A return, year to date, money in 万元; `growth` against what the firm stated of last year's
    same period, in per cent."""

    period: int
    revenue: Decimal | None
    growth: Decimal | None
    rd_expense: Decimal | None
    employees: int | None
    status: str
    batch: int
    corrected: bool


@dataclass(frozen=True, slots=True)
class FirmPage:
    firm: Firm
    area: str
    told: tuple[Told, ...]
    honours: tuple[Honour, ...]
    shares: tuple[Share, ...]
    industries: tuple[str, ...]
    months: tuple[Month, ...]
    coefficients: tuple[Coefficient, ...]
    links: tuple[Link, ...]
    merged: tuple[Firm, ...]
    class_names: Mapping[str, str]
    versions: Mapping[str, str]
    provisional: bool
    simulated: bool

    @property
    def newest(self) -> Month | None:
        return self.months[0] if self.months else None

    @property
    def held(self) -> tuple[Honour, ...]:
        return tuple(each for each in self.honours if each.valid)

    @property
    def partial(self) -> tuple[Share, ...]:
        return tuple(each for each in self.shares if each.partial)


def firm_for(credit_code: str, *, actor: Actor) -> Firm:
    """Not found where the actor does not see the firm's area, as where there is none."""
    seen = require_firms(actor)
    found = Firm.objects.select_related("batch", "merged_into").filter(credit_code=credit_code)
    firm = found.first()
    if firm is None or not sees(seen, firm.area, firm.park):
        raise NotFound(_("The firm"))
    return firm


def firm_page(credit_code: str, *, actor: Actor) -> FirmPage:
    firm = firm_for(credit_code, actor=actor)
    head = firm.merged_into or firm
    merged = tuple(Firm.objects.filter(merged_into=head).exclude(pk=firm.pk))
    codes = tuple(sorted({firm.credit_code, head.credit_code, *(m.credit_code for m in merged)}))
    raw = ask(lambda micro: _raw(micro, codes, head.credit_code), "firm", codes, firm.industry)
    batches = Batch.objects.in_bulk({row[0] for row in raw["register"]})
    names = every_area_name()
    chinese = get_language() != "en"
    return FirmPage(
        firm=firm,
        area=names.get(firm.area, firm.area),
        told=tuple(_told(row, batches, names) for row in raw["register"]),
        honours=tuple(_honour(row) for row in raw["honours"]),
        shares=tuple(_share(row) for row in raw["shares"]),
        industries=tuple(zh if chinese else en for zh, en in raw["industries"]),
        months=tuple(_months(raw["returns"])),
        coefficients=tuple(
            Coefficient.objects.filter(firm__credit_code__in=codes).select_related(
                "proposed_by", "decided_by"
            )
        ),
        links=tuple(
            Link.objects.filter(Q(left=firm) | Q(right=firm)).select_related("left", "right")
        ),
        merged=merged,
        class_names={code: class_name(name) for code, name in raw["class_names"].items()},
        versions=raw["versions"],
        provisional=raw["provisional"],
        simulated=firm.batch.simulated,
    )


def _raw(micro: Micro, codes: tuple[str, ...], head: str) -> dict[str, Any]:
    """All that the files say of these codes; `head` is the one they are read under."""
    ask_ = micro.connection.execute
    found: dict[str, Any] = {"register": [], "honours": [], "returns": []}
    among = "firm IN (SELECT unnest($codes::VARCHAR[]))"
    known = {"codes": list(codes)}
    if _has(micro, "files_register"):
        found["register"] = ask_(
            f"""SELECT recorded, firm, since, name, industry, area, coalesce(park, ''), size,
                coalesce(designated, false), coalesce(is_open, true)
            FROM files_register WHERE {among} ORDER BY since DESC, recorded DESC""",
            known,
        ).fetchall()
    found["honours"] = ask_(
        """SELECT kind, coalesce(level, ''), since, until, coalesce(withdrawn, false),
            recorded, coalesce(certificate, '')
        FROM honours_told WHERE firm = $head ORDER BY since DESC, kind""",
        {"head": head},
    ).fetchall()
    found["returns"] = ask_(
        """SELECT period, revenue, revenue_last, rd_expense, employees, status, recorded,
            count(*) OVER (PARTITION BY period) > 1
        FROM returns WHERE firm = $head
        QUALIFY row_number() OVER (PARTITION BY period ORDER BY recorded DESC) = 1
        ORDER BY period DESC LIMIT $months""",
        {"head": head, "months": _MONTHS_SHOWN},
    ).fetchall()
    found["shares"] = _shares(micro, head)
    members = ask_(
        """SELECT DISTINCT code FROM industry_members
        WHERE firm = $head AND until = 999912""",
        {"head": head},
    ).fetchall()
    there = {code for (code,) in members}
    found["industries"] = [
        (i.name, i.name_en) for i in micro.plan_industries.industries if i.code in there
    ]
    found["class_names"] = {each.code: each.name for each in micro.classification.classes}
    found["versions"] = micro.versions()
    found["provisional"] = micro.classification.provisional
    return found


def _shares(micro: Micro, head: str) -> list[tuple[Any, ...]]:
    return micro.connection.execute(
        """
        WITH firm AS (
            SELECT firm, industry FROM register WHERE firm = $head
            QUALIFY row_number() OVER (ORDER BY since DESC) = 1
        ),
        shares AS (
            SELECT code, lower, upper FROM class_shares JOIN firm USING (industry)
            WHERE level = 3 AND until = 999912 AND firm NOT IN (SELECT firm FROM firm_shares)
            UNION ALL
            SELECT code, lower, upper FROM firm_shares JOIN firm USING (firm, industry)
            WHERE level = 3 AND until = 999912
        )
        SELECT shares.code, name, core,
            bool_or(partial) AS starred, bool_and(verified), min(lower), max(upper)
        FROM shares JOIN classes USING (code)
        JOIN class_codes ON leaf = shares.code
            AND class_codes.industry = (SELECT industry FROM firm)
        GROUP BY ALL ORDER BY shares.code
        """,
        {"head": head},
    ).fetchall()


def _has(micro: Micro, view: str) -> bool:
    sql = "SELECT 1 FROM information_schema.tables WHERE table_name = ?"
    return micro.connection.execute(sql, [view]).fetchone() is not None


def _told(row: tuple[Any, ...], batches: Mapping[int, Batch], names: Mapping[str, str]) -> Told:
    number, code, since, name, industry, area, park, size, designated, in_business = row
    return Told(
        batches.get(number), number, code, since, name, industry, names.get(area, area), park,
        str(_SIZES.get(size, size)), designated, in_business,
    )  # fmt: skip


def _honour(row: tuple[Any, ...]) -> Honour:
    kind, *others = row
    return Honour(kind, str(HONOURS.get(kind, kind)), *others)


def _share(row: tuple[Any, ...]) -> Share:
    code, name, core, partial, verified, lower, upper = row
    return Share(code, name, core, partial, verified, Decimal(lower) / 100, Decimal(upper) / 100)


def _months(rows: Iterable[tuple[Any, ...]]) -> Iterable[Month]:
    for period, revenue, before, rd_expense, employees, status, recorded, corrected in rows:
        growth = None
        if revenue is not None and before:
            growth = Decimal((revenue - before) * 1000) / abs(before) / 10
        yield Month(
            period, _money(revenue), growth, _money(rd_expense), employees, status, recorded,
            corrected,
        )  # fmt: skip


def _money(amount: int | None) -> Decimal | None:
    """Thousand yuan as 万元."""
    return None if amount is None else Decimal(amount) / 10
