"""Accounts, growth, industries and publications over HTTP, as files and as JSON; SDMX structure."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema

from shucheng.bays.statistics.actions import exporting, exporting_publication
from shucheng.bays.statistics.engine.table_files import LABELS
from shucheng.bays.statistics.models import Publication
from shucheng.bays.statistics.queries.accounts import Line, Table, account_page
from shucheng.bays.statistics.queries.asking import require_as_asked
from shucheng.bays.statistics.queries.exchanging import sdmx_structure
from shucheng.bays.statistics.queries.growing import PARTS, GrowthLine, growth_page
from shucheng.bays.statistics.queries.plan_industries import industries_page
from shucheng.bays.statistics.queries.publications import (
    printed_cells,
    publication_page,
    publications,
)
from shucheng.kernel.public import NotFound, actor_for

router = Router()
_YI = "in 亿元 (100 million yuan); null where it is withheld or not known"


class AccountAsked(Schema):
    """What is left out is the first of what there is; anything not there is refused."""

    scheme: str = Field("", description="major, medium, minor or industries")
    by: str = Field("", description="area, park, size or designated")
    measure: str = Field("", description="revenue, value_added, employees, rd_expense or rd_staff")
    basis: str = Field("", description="ytd, month, quarter or year")
    period: str = Field("", description="yyyymm, the last month")


class CellOut(Schema):
    code: str = Field(description="Class or industry; empty: counted in several classes")
    name: str
    member: str = Field(description="Area, park (-: none), size ...; empty: the total")
    lower: Decimal | None
    upper: Decimal | None = Field(description="Equal to lower where every share is known")
    imputed: Decimal | None
    firms: int | None = Field(description="Null where the table is protected")
    withheld: bool


class Offered(Schema):
    periods: list[int]
    schemes: list[str]
    by: list[str]
    bases: list[str]


class AccountOut(Schema):
    scheme: str
    by: str
    measure: str
    basis: str
    period: int
    unit: str
    offered: Offered
    protected: bool = Field(description="As everybody may see it: small cells are withheld")
    published: datetime | None = Field(description="When it went out; empty: as known by now")
    late: int = Field(description="Firms that have not reported")
    versions: dict[str, str]
    simulated: bool
    cells: list[CellOut]


class GrowthOut(Schema):
    code: str
    name: str
    now: Decimal | None = Field(description=_YI)
    before: Decimal | None = Field(description=_YI)
    nominal: Decimal | None = Field(description="Per cent")
    comparable: Decimal | None = Field(description="Per cent, at comparable scope (同口径)")
    parts: dict[str, Decimal] = Field(description="What the change is made of, in 亿元")
    firms: int | None
    firms_before: int | None
    withheld: bool


class GrowthsOut(Schema):
    period: int
    periods: list[int]
    view: str
    whole: GrowthOut
    lines: list[GrowthOut]
    versions: dict[str, str]
    simulated: bool


class IndustryOut(Schema):
    code: str
    name: str
    firms: int | None = Field(description="None where there are few")
    revenue: Decimal | None = Field(description=_YI)
    nominal: Decimal | None = Field(description="Per cent")
    comparable: Decimal | None = Field(description="Per cent, at comparable scope (同口径)")
    unconfirmed: bool
    withheld: bool


class IndustriesOut(Schema):
    period: int
    periods: list[int]
    lines: list[IndustryOut]
    versions: dict[str, str]
    source: str
    simulated: bool


class PublicationOut(Schema):
    id: int
    period: int
    recorded_at: datetime
    versions: dict[str, str]
    simulated: bool
    files: dict[str, str] = Field(description="Addresses by how their names end")


class PrintedOut(Schema):
    code: str
    name: str
    area: str
    size: str
    measure: str
    unit: str
    value: Decimal | None = Field(description="None where it is withheld")


class PublicationDetail(PublicationOut):
    late: int = Field(description="Core firms that had not reported")
    imputed: int = Field(description="Core firms counted by an imputed return")
    inexact: int = Field(description="Core firms of which only what is certain counts")
    certificate: dict[str, Any] = Field(description="The proof in figures")
    cells: list[PrintedOut]


@router.get("/accounts", response=AccountOut)
def account(request: HttpRequest, asked: Query[AccountAsked]) -> dict[str, Any]:
    """An account (核算表), with bounds for who sees all firms, protected for everybody else."""
    page = account_page(asked.dict(), actor=actor_for(request))
    if page.table is None:
        raise NotFound(_("The account"))
    choice, choices = page.table.choice, page.choices
    require_as_asked(asked.dict(), choice.told)
    table = page.table
    lines = [*table.lines, *(line for line in (table.more, table.whole) if line)]
    return {
        **choice.told,
        "unit": str(choice.measured.unit),
        "offered": {
            "periods": choices.periods,
            "schemes": list(choices.schemes),
            "by": list(choices.divisions),
            "bases": list(choices.bases),
        },
        **{name: getattr(table, name) for name in ("protected", "late", "simulated")},
        "published": table.publication.recorded_at if table.publication else None,
        "versions": table.versions,
        "cells": [cell for line in lines for cell in _cells(table, line)],
    }


@router.get("/accounts/table.{form}")
def account_file(request: HttpRequest, form: str, asked: Query[AccountAsked]) -> HttpResponse:
    """The same as a file: csv, xlsx, parquet, sdmx.csv, sdmx.json, structure.json."""
    actor = actor_for(request)
    given = {name: value for name, value in asked.dict().items() if value}
    return _file(*exporting.export_account(given, form, actor=actor), exporting.FORMS[form])


@router.get("/growth", response=GrowthsOut)
def growth(request: HttpRequest, period: str = "", view: str = "") -> dict[str, Any]:
    """Growth of revenue since January over last year's, nominal and at comparable scope; `view` is
    area, class or industries. What it is made of is told to who sees all firms."""
    asked = {"period": period, "view": view}
    page = growth_page(asked, actor=actor_for(request))
    if page is None:
        raise NotFound(_("The growth"))
    require_as_asked(asked, {"period": page.period, "view": page.view})
    return {
        **{name: getattr(page, name) for name in ("period", "periods", "view", "simulated")},
        "whole": _grown(page.whole),
        "lines": [_grown(line) for line in page.lines],
        "versions": page.versions,
    }


@router.get("/industries", response=IndustriesOut)
def industries(request: HttpRequest, period: str = "") -> dict[str, Any]:
    """The plan's industries (2+4+2): firms above designated size, revenue since January, growth."""
    page = industries_page({"period": period}, actor=actor_for(request))
    if page is None:
        raise NotFound(_("The industries"))
    require_as_asked({"period": period}, {"period": page.period})
    same = ("period", "periods", "versions", "source", "simulated")
    facts = ("code", "name", "firms", "revenue", "nominal", "comparable", "unconfirmed", "withheld")
    return {
        **{name: getattr(page, name) for name in same},
        "lines": [{name: getattr(line, name) for name in facts} for line in page.lines],
    }


@router.get("/publications", response=list[PublicationOut])
def all_publications(request: HttpRequest) -> list[dict[str, Any]]:
    """What left the bay, the newest first."""
    found = publications(actor=actor_for(request)).publications
    return [_publication(each) for each in found]


@router.get("/publications/{publication_id}", response=PublicationDetail)
def one_publication(request: HttpRequest, publication_id: int) -> dict[str, Any]:
    """The cells that are out, those withheld without a value, and the proof."""
    page = publication_page(publication_id, actor=actor_for(request))
    return {
        **_publication(page.publication),
        "certificate": page.publication.certificate,
        "late": page.late_firms,
        "imputed": page.imputed,
        "inexact": page.inexact,
        "cells": [
            {
                "code": each.code,
                "name": page.names.get(each.code, each.code),
                "area": each.area,
                "size": each.size,
                "measure": each.measure,
                "unit": each.unit,
                "value": each.value,
            }
            for each in printed_cells(page.publication)
        ],
    }


@router.get("/publications/{publication_id}/tables.{form}")
def publication_file(request: HttpRequest, publication_id: int, form: str) -> HttpResponse:
    """The publication as a file: csv, xlsx, parquet, sdmx.csv, sdmx.json, structure.json."""
    actor = actor_for(request)
    found = exporting_publication.export_publication(publication_id, form, actor=actor)
    return _file(*found, exporting_publication.FORMS[form])


@router.get("/sdmx/structure/{kind}/{agency}/{name}")
def structure(request: HttpRequest, kind: str, agency: str, name: str) -> HttpResponse:
    """The data flow of accounts and publications with its structure, concepts and code lists."""
    content = sdmx_structure(kind, agency, name, actor=actor_for(request))
    return HttpResponse(content, content_type=exporting.FORMS["structure.json"])


def _cells(table: Table, line: Line) -> list[dict[str, Any]]:
    members = [*(code for code, _name in table.columns), ""]
    return [
        {
            "code": line.code,
            "name": line.name,
            "member": member,
            "lower": None if cell.withheld else cell.lower,
            "upper": None if cell.withheld else cell.upper,
            "imputed": None if table.protected else cell.imputed,
            "firms": None if table.protected else cell.firms,
            "withheld": cell.withheld,
        }
        for member, cell in zip(members, (*line.cells, line.total), strict=True)
        if not cell.empty
    ]


def _grown(line: GrowthLine) -> dict[str, Any]:
    names = ("code", "name", "now", "before", "nominal", "comparable")
    numbers = ("firms", "firms_before", "withheld")
    return {
        **{name: getattr(line, name) for name in (*names, *numbers)},
        "parts": dict(zip(PARTS, line.parts, strict=False)),
    }


def _publication(found: Publication) -> dict[str, Any]:
    here = f"/api/v1/statistics/publications/{found.pk}/tables"
    names = ("period", "recorded_at", "versions", "simulated")
    return {
        "id": found.pk,
        **{name: getattr(found, name) for name in names},
        "files": {form: f"{here}.{form}" for form in LABELS},
    }


def _file(name: str, content: bytes, media: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(content, content_type=media, headers=headers)
