"""Delivery for a buyer's programs: with its account it gets tokens, with a token it gets data."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema
from ninja.security import APIKeyHeader

from shucheng.bays.data.actions.delivering import issue_token, revoke_token
from shucheng.bays.data.actions.serving_queries import deliver_query
from shucheng.bays.data.actions.serving_rows import Rows, deliver_rows
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries.budgets import privacy_left, quota_lines
from shucheng.bays.data.queries.deliveries import deliveries_seen, find_delivery, why_not
from shucheng.bays.data.queries.permitting import modes_of, thing_of
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
def deliveries(request: HttpRequest) -> Any:
    return [_told(each) for each in deliveries_seen(actor_for(request))[:_MOST_LISTED]]


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
def rows(request: HttpRequest, agreement: str, asked: RowsAsked) -> HttpResponse | Any:
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


def _token(request: HttpRequest) -> str:
    return request.headers.get(DataToken.param_name, "")


def _answer(number: str, answer: Rows) -> dict[str, Any]:
    columns = [{"name": name, "type": kind} for name, kind in answer.columns]
    return {"call": number, "columns": columns, "rows": answer.rows}


def _told(agreement: Agreement) -> dict[str, Any]:
    today = timezone.localdate()
    code, why = why_not(agreement, today)
    left = privacy_left(agreement)
    return {
        "agreement": agreement.code,
        "product": str(thing_of(agreement)),
        "buyer": agreement.order.buyer.code,
        "purpose": agreement.order.purpose,
        "modes": sorted(modes_of(agreement)),
        "first": str(agreement.first),
        "last": str(agreement.last),
        "quota": quota_lines(agreement, today),
        "epsilon_left": None if left is None else str(left),
        "stopped": code,
        "why": why,
    }
