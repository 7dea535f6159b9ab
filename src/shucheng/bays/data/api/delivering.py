"""Delivery for a buyer's programs: with its account it gets tokens, with a token it gets data."""

import base64
import binascii
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from ninja import Field, Router, Schema
from ninja.params import functions as given
from ninja.security import APIKeyHeader

from shucheng.bays.data.actions.delivering import issue_token, revoke_token
from shucheng.bays.data.actions.serving_files import deliver_file
from shucheng.bays.data.actions.serving_private import deliver_aggregate, deliver_intersection
from shucheng.bays.data.actions.serving_queries import deliver_query
from shucheng.bays.data.actions.serving_rows import Rows, deliver_rows
from shucheng.bays.data.engine.authority.book import Book
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries.book import book
from shucheng.bays.data.queries.budgets import Values, privacy_left, quota_lines, values_of
from shucheng.bays.data.queries.deliveries import deliveries_seen, find_delivery, why_not
from shucheng.bays.data.queries.permitting import modes_shown, thing_of
from shucheng.kernel.public import actor_for

router = Router()
_MOST_LISTED = 500


class DataToken(APIKeyHeader):
    """The token of an agreement. It is no sign-in: it opens one agreement, one way of delivery, one
    purpose, for minutes. Held against everything by the call itself, so that refusals are metered.
    """

    param_name = "X-Data-Token"

    def authenticate(self, request: HttpRequest, key: str | None) -> str | None:
        return key or None


class TokenAsked(Schema):
    mode: str = Field(description="api, sandbox, aggregate, download or intersection")
    purpose: str = Field(description="The purpose that was agreed")


class TokenOut(Schema):
    id: str
    token: str = Field(description="Shown once, kept nowhere; send it as X-Data-Token")
    expires_at: datetime


class Asked(Schema):
    purpose: str = Field(description="What for: the purpose that was agreed and the token is for")


class RowsAsked(Asked):
    columns: list[str] = Field([], description="Empty: all that the agreement shows")
    where: list[tuple[str, str, Any]] = Field(
        [], description='All hold: ["area", "=", "320902"]; a list is one of (=) or none of (<>)'
    )
    order: list[str] = []
    limit: int = Field(100, ge=1, le=10_000)
    offset: int = Field(0, ge=0)


class QueryAsked(Asked):
    sql: str = Field(description="One SELECT over the table `product`", max_length=20_000)


class FileAsked(Asked):
    form: str = Field("csv", description="csv or parquet")


class AggregateAsked(Asked):
    epsilon: str | float = Field(description="How much of the privacy budget to spend, such as 0.1")
    column: str = Field("", description="Its sum; empty: the number of rows")
    by: str = Field("", description="One of the agreed columns with known groups; empty: over all")


class IntersectionAsked(Asked):
    request: str = Field(description="The buyer's request (openmined-psi), base64")


class GroupOut(Schema):
    group: Any
    value: str


class AggregateOut(Schema):
    call: str
    values: list[GroupOut]
    within: str = Field(description="Of 100 answers 95 are that near to the truth")
    epsilon: str
    epsilon_left: str


class IntersectionOut(Schema):
    call: str
    setup: str = Field(description="base64")
    response: str = Field(description="base64")


class ColumnOut(Schema):
    name: str
    type: str


class AnswerOut(Schema):
    call: str = Field(description="Its number: the leaf of evidence and the calls list name it")
    columns: list[ColumnOut]
    rows: list[list[Any]]


class QuotaOut(Schema):
    name: str
    most: int | None
    used: int


class DeliveryOut(Schema):
    agreement: str
    product: str
    buyer: str
    purpose: str
    modes: list[str]
    first: str
    last: str
    quota: list[QuotaOut]
    epsilon_left: str | None
    stopped: str = Field(description="Code of what stands against delivery now; empty: it runs")
    why: str


@router.get("/deliveries", response=list[DeliveryOut], summary="Agreements that one may see")
def deliveries(
    request: HttpRequest,
    response: HttpResponse,
    limit: int = given.Query(100, ge=1, le=_MOST_LISTED),
    offset: int = given.Query(0, ge=0),
) -> Any:
    """The header X-Total-Count says how many there are; `offset` begins after so many."""
    seen = deliveries_seen(actor_for(request))
    response["X-Total-Count"] = str(seen.count())
    shown = list(seen[offset : offset + limit])
    known, values = book(), values_of(shown)
    return [_told(each, known, values) for each in shown]


@router.get("/deliveries/{agreement}", response=DeliveryOut, summary="One agreement as delivery")
def delivery(request: HttpRequest, agreement: str) -> Any:
    return _told(find_delivery(agreement, actor=actor_for(request)))


@router.post("/deliveries/{agreement}/tokens", response=TokenOut, summary="Get a data token")
def token(request: HttpRequest, agreement: str, asked: TokenAsked) -> Any:
    made, text = issue_token(agreement, asked.mode, asked.purpose, actor=actor_for(request))
    return {"id": made.code, "token": text, "expires_at": made.expires_at}


@router.delete("/deliveries/{agreement}/tokens/{token_id}", summary="Revoke a data token")
def untoken(request: HttpRequest, agreement: str, token_id: str) -> Any:
    find_delivery(agreement, actor=actor_for(request))
    revoke_token(token_id, actor=actor_for(request))
    return {"id": token_id, "revoked": True}


@router.post(
    "/deliveries/{agreement}/rows",
    response=AnswerOut,
    auth=DataToken(),
    summary="Rows through the agreement's view",
)
def rows(request: HttpRequest, agreement: str, asked: RowsAsked) -> Any:
    number, answer = deliver_rows(
        agreement,
        _token(request),
        asked.purpose,
        columns=asked.columns,
        where=asked.where,
        order=asked.order,
        limit=asked.limit,
        offset=asked.offset,
    )
    return _answer(number, answer)


@router.post(
    "/deliveries/{agreement}/query",
    response=AnswerOut,
    auth=DataToken(),
    summary="One SELECT in the sandbox",
)
def query(request: HttpRequest, agreement: str, asked: QueryAsked) -> Any:
    return _answer(*deliver_query(agreement, _token(request), asked.purpose, asked.sql))


@router.post(
    "/deliveries/{agreement}/download",
    auth=DataToken(),
    summary="The whole product as a file, with the recipient's mark where one was agreed",
)
def download(request: HttpRequest, agreement: str, asked: FileAsked) -> HttpResponse:
    number, file = deliver_file(agreement, _token(request), asked.purpose, asked.form)
    headers = {
        "Content-Disposition": content_disposition_header(True, file.name) or "",
        "X-Call": number,
    }
    return HttpResponse(file.content, content_type=file.kind, headers=headers)


@router.post(
    "/deliveries/{agreement}/aggregate",
    response=AggregateOut,
    auth=DataToken(),
    summary="A count or sum with differential privacy",
)
def aggregate(request: HttpRequest, agreement: str, asked: AggregateAsked) -> Any:
    number, noisy = deliver_aggregate(
        agreement, _token(request), asked.purpose, str(asked.epsilon), asked.column, asked.by
    )
    return {
        "call": number,
        "values": [{"group": group, "value": value} for group, value in noisy.values],
        "within": noisy.within,
        "epsilon": noisy.epsilon,
        "epsilon_left": noisy.left,
    }


@router.post(
    "/deliveries/{agreement}/intersection",
    response=IntersectionOut,
    auth=DataToken(),
    summary="The second step of a private intersection; the first and third are the buyer's own",
)
def intersection(request: HttpRequest, agreement: str, asked: IntersectionAsked) -> Any:
    try:
        sent = base64.b64decode(asked.request, validate=True)
    except binascii.Error:
        sent = b""
    number, (setup, response) = deliver_intersection(
        agreement, _token(request), asked.purpose, sent
    )
    said = {"setup": setup, "response": response}
    return {"call": number, **{k: base64.b64encode(v).decode() for k, v in said.items()}}


def _token(request: HttpRequest) -> str:
    return request.headers.get(DataToken.param_name, "")


def _answer(number: str, answer: Rows) -> dict[str, Any]:
    columns = [{"name": name, "type": kind} for name, kind in answer.columns]
    return {"call": number, "columns": columns, "rows": answer.rows}


def _told(
    agreement: Agreement, known: Book | None = None, values: Values | None = None
) -> dict[str, Any]:
    today = timezone.localdate()
    code, why = why_not(agreement, today, known)
    left = privacy_left(agreement, values)
    return {
        "agreement": agreement.code,
        "product": str(thing_of(agreement)),
        "buyer": agreement.order.buyer.code,
        "purpose": agreement.order.purpose,
        "modes": sorted(modes_shown(agreement)),
        "first": str(agreement.first),
        "last": str(agreement.last),
        "quota": quota_lines(agreement, today, values),
        "epsilon_left": None if left is None else str(left),
        "stopped": code,
        "why": why,
    }
