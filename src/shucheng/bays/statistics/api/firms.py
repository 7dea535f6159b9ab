"""The register over HTTP: a list, one firm, where it stands on the ladder."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema

from shucheng.bays.statistics.queries.asking import require_as_asked
from shucheng.bays.statistics.queries.exchanging import codes_of
from shucheng.bays.statistics.queries.firm import FirmPage, firm_for, firm_page
from shucheng.bays.statistics.queries.firm_rung import firm_rung
from shucheng.bays.statistics.queries.firms import firms_page
from shucheng.bays.statistics.queries.ladder import COUNTED, ladder_page
from shucheng.kernel.public import NotFound, actor_for

router = Router()
_PAGE = 100
_TALLY = ("met", "unmet", "unknown", "alone", "alone_open")
_NEED = (
    *("rung", "wanted", "held", "expiring", "new", "candidates"),
    *("met", "open", "missing", "missing_at_most"),
)
_TEN_THOUSAND = "in 万元 (10,000 yuan); null where it was not reported"


class FirmsAsked(Schema):
    """What the list is narrowed to; empty narrows nothing."""

    q: str = Field("", description="Part of the name, or the credit code's beginning")
    area: str = Field("", description="GB/T 2260")
    industry: str = Field("", description="GB/T 4754-2017, or its first digits")
    member: str = Field(
        "", alias="class", description="A class of the digital economy, or `plan:` and an industry"
    )
    designated: str = Field("", description="yes or no")
    honour: str = Field("", description="high_tech, srdi, little_giant ...")
    sort: str = Field("", description="revenue, name, code, area or industry")


class FirmOut(Schema):
    code: str = Field(description="统一社会信用代码")
    name: str
    industry: str
    area: str
    park: str
    size: str
    designated: bool
    in_business: bool
    revenue: Decimal | None = Field(description=f"Since January, {_TEN_THOUSAND}")
    status: str = Field(description="Of the newest return; empty where there is none")


class FirmsOut(Schema):
    count: int
    page: int
    pages: int
    period: int | None = Field(description="yyyymm of the revenue")
    classification: str
    simulated: bool
    items: list[FirmOut]


class HonourOut(Schema):
    kind: str
    level: str | None
    since: date
    until: date | None
    valid: bool


class ShareOut(Schema):
    code: str
    name: str
    starred: bool
    lower: Decimal = Field(description="Per cent of the firm that counts: at least")
    upper: Decimal = Field(description="At most; equal where the share is known")


class MonthOut(Schema):
    period: int = Field(description="yyyymm; amounts are since January")
    revenue: Decimal | None = Field(description=_TEN_THOUSAND)
    rd_expense: Decimal | None = Field(description=_TEN_THOUSAND)
    employees: int | None
    status: str
    batch: int
    corrected: bool


class FirmDetail(Schema):
    code: str
    name: str
    industry: str
    area: str
    park: str
    size: str
    designated: bool
    in_business: bool
    since: int
    address: str
    merged_into: str | None = Field(description="Another registration of the same firm")
    honours: list[HonourOut]
    classes: list[ShareOut]
    industries: list[str]
    months: list[MonthOut]
    versions: dict[str, str]
    provisional: bool = Field(description="The classification is not confirmed yet")
    simulated: bool


class CheckOut(Schema):
    measure: str
    had: str
    asked: str
    lacking: str = Field(description="Empty where it is met or is no amount")
    last: str = Field(description="Where a fact has run out: the last that is known")
    met: bool | None


class MeetingOut(Schema):
    name: str
    met: bool | None = Field(description="Null: register and returns do not tell; ask the firm")
    checks: list[CheckOut] = Field(description="By the way that comes nearest")
    source: str
    unconfirmed: bool


class RungOut(Schema):
    held: str = Field(description="The highest rung it holds; empty: none")
    rung: str = Field(description="The rung asked for, else the next one; empty: none is left")
    name: str
    holds_it: bool
    criteria: list[MeetingOut]
    period: int = Field(description="yyyymm: the last whole year, whose figures are used")
    ladder: str = Field(description="Version of the rules")


class StockOut(Schema):
    rung: str
    name: str
    area: str = Field(description="Empty: all areas")
    held: int
    expiring: int = Field(description="Of these, ending within a year unless renewed")
    met: int = Field(description="Every criterion is met")
    open: int = Field(description="What can be known is met, the rest has to be asked")
    one_short: int = Field(description="One criterion is not met, all others are")
    one_open: int = Field(description="One is not met, others have to be asked")
    unknown: int = Field(description="Returns or register lack what a criterion is read from")


class NeedOut(Schema):
    rung: str
    indicator: str
    year: int
    wanted: int
    held: int
    expiring: int
    new: int
    candidates: int = Field(description="met and open together")
    met: int
    open: int
    missing: int = Field(description="If every candidate succeeds and every holder renews")
    missing_at_most: int = Field(description="If none of the open ones does")


class CandidateOut(Schema):
    code: str
    name: str
    area: str
    state: str = Field(description="met, open, one_short, one_open; held where asked for")
    revenue: Decimal | None = Field(description=_TEN_THOUSAND)
    unmet: list[str]
    unknown: list[str]
    until: date | None = Field(description="Of a holder: the last day, where it is known")


class LadderAsked(Schema):
    """Whose firms near which rung are listed; empty narrows nothing."""

    rung: str = Field("", description="high_tech, srdi, little_giant ...; empty: the first")
    area: str = Field("", description="GB/T 2260")
    state: str = Field("", description="held, met, open, one_short, one_open; empty: all but held")
    lacks: str = Field("", description="Code of the criterion they do not meet")


class CriterionOut(Schema):
    code: str
    name: str
    met: int = Field(description="Firms without the rung that meet it")
    unmet: int
    unknown: int
    alone: int = Field(description="Firms that lack this one alone and meet all others")
    alone_open: int = Field(description="Firms that lack this one, and others are not known")


class LadderOut(Schema):
    on: date
    period: int = Field(description="yyyymm: the last whole year, whose figures are used")
    ladder: str
    rungs: list[StockOut]
    needs: list[NeedOut] = Field(description="What the plan asks for beside what there is")
    rung: str
    area: str
    count: int
    page: int
    pages: int
    criteria: list[CriterionOut] = Field(description="Of the rung asked for")
    candidates: list[CandidateOut] = Field(description="Empty for who does not see single firms")
    simulated: bool


@router.get("/firms", response=FirmsOut)
def firms(request: HttpRequest, asked: Query[FirmsAsked], page: int = 1) -> dict[str, Any]:
    """Firms of the areas one sees, fifty a page."""
    given = asked.dict(by_alias=True) | {"page": str(page)}
    found = firms_page(given, actor=actor_for(request))
    understood = found.asked
    require_as_asked(
        given,
        {
            "industry": understood.industry,
            "designated": understood.designated,
            "honour": understood.honour,
            "sort": understood.sort,
            "page": understood.page,
        },
    )
    codes = codes_of(line.code for line in found.lines)
    names = ("code", "name", "industry", "park", "designated", "in_business", "revenue", "status")
    return {
        "count": found.count,
        "page": understood.page,
        "pages": found.pages,
        "period": found.period,
        "classification": found.version,
        "simulated": found.simulated,
        "items": [
            {**{name: getattr(line, name) for name in names}, **codes.get(line.code, {})}
            for line in found.lines
        ],
    }


@router.get("/firms/{code}", response=FirmDetail)
def firm(request: HttpRequest, code: str) -> dict[str, Any]:
    """One firm: its newest facts, honours, the classes it counts to, its returns."""
    return _detail(firm_page(code, actor=actor_for(request)))


@router.get("/firms/{code}/rung", response=RungOut)
def firm_on_ladder(request: HttpRequest, code: str, rung: str = "") -> dict[str, Any]:
    """Which rung of the ladder the firm holds, the next one (or the one asked for), and of each
    criterion what it has, what is asked for and what is lacking."""
    known = firm_for(code, actor=actor_for(request))
    found = firm_rung((known.merged_into or known).credit_code, rung)
    if found is None:
        raise NotFound(_("The firm"))
    require_as_asked({"rung": rung}, {"rung": found.code})
    return {
        "held": found.held,
        "rung": found.code,
        "name": found.following,
        "holds_it": found.holds_it,
        "criteria": found.criteria,
        "period": found.period,
        "ladder": found.version,
    }


@router.get("/ladder", response=LadderOut)
def ladder(request: HttpRequest, asked: Query[LadderAsked], page: int = 1) -> dict[str, Any]:
    """How many hold each rung, who could take the one asked for, and what the plan asks for."""
    given = asked.dict()
    found = ladder_page(given | {"page": str(page)}, actor=actor_for(request), size=_PAGE)
    if found is None:
        raise NotFound(_("The ladder"))
    chosen = {"rung": found.chosen.code, "area": found.area}
    require_as_asked(given, {**chosen, "state": found.state, "lacks": found.lacks})
    return {
        "on": found.on,
        "period": found.period,
        "ladder": found.version,
        "rungs": [
            {
                "rung": line.rung.code,
                "name": line.name,
                "area": stock.area,
                **{name: getattr(stock, name) for name in COUNTED},
            }
            for line in found.lines
            for stock in (line.whole, *line.areas)
        ],
        "needs": [
            {
                "indicator": line.indicator,
                "year": line.year,
                **{name: getattr(line.need, name) for name in _NEED},
            }
            for line in found.needs
        ],
        **chosen,
        "criteria": [
            {
                "code": line.criterion.code,
                "name": line.name,
                **{name: getattr(line.tally, name) for name in _TALLY},
            }
            for line in found.criteria
        ],
        "count": found.count,
        "page": found.at,
        "pages": found.pages,
        "candidates": [
            {
                "code": each.firm,
                **{
                    name: getattr(each, name)
                    for name in ("name", "area", "state", "revenue", "unmet", "unknown", "until")
                },
            }
            for each in found.candidates
        ],
        "simulated": found.simulated,
    }


def _detail(page: FirmPage) -> dict[str, Any]:
    firm = page.firm
    same = ("name", "industry", "area", "park", "size", "designated", "since", "address")
    return {
        "code": firm.credit_code,
        **{name: getattr(firm, name) for name in same},
        "in_business": firm.is_open,
        "merged_into": firm.merged_into.credit_code if firm.merged_into else None,
        "honours": page.honours,
        "classes": [
            {
                "code": share.code,
                "name": share.name,
                "starred": share.partial,
                "lower": share.lower,
                "upper": share.upper,
            }
            for share in page.shares
        ],
        "industries": page.industries,
        "months": page.months,
        "versions": page.versions,
        "provisional": page.provisional,
        "simulated": page.simulated,
    }
