"""A buyer's program: a token, calls, and every reason why one is refused, at once and in words."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from shucheng.bays.data.actions.delivering import issue_token, revoke_token, stop_delivery
from shucheng.bays.data.models.authority import Stop
from shucheng.bays.data.models.delivery import Call, Token
from shucheng.bays.data.models.evidence import EvidenceEvent
from shucheng.bays.data.models.market import Order
from shucheng.bays.data.models.money import LedgerEntry, LedgerLine, UsageRecord
from shucheng.bays.data.queries import sandboxes, views_of_products
from shucheng.bays.data.queries.budgets import use_of
from shucheng.bays.data.tests.agreed import PURPOSE, SHOWS, constraint, deal
from shucheng.bays.data.tests.conftest import Cast
from shucheng.kernel.public import Forbidden, Invalid, NotFound, ShuchengError

pytestmark = pytest.mark.django_db
API = "/api/v1/data/deliveries"
Ask = Callable[..., tuple[int, Any]]


@pytest.fixture(autouse=True)
def nothing_kept(settings: Any) -> Iterator[None]:
    settings.SECURE_SSL_REDIRECT = False
    yield
    sandboxes.close_all()
    for code in list(views_of_products._KEPT):
        views_of_products.forget(code)


def token(cast: Cast, code: str, mode: str = "api") -> str:
    return issue_token(code, mode, PURPOSE, actor=cast.buyer)[1]


def ask(code: str, token: str, what: str = "rows", /, **said: Any) -> tuple[int, Any]:
    response = Client().post(
        f"{API}/{code}/{what}",
        json.dumps({"purpose": PURPOSE, **said}),
        content_type="application/json",
        headers={"X-Data-Token": token},
    )
    return response.status_code, response.json()


def test_rows_come_as_they_were_agreed_and_are_metered(cast: Cast):
    code = deal(cast).code
    status, answer = ask(
        code, token(cast, code), where=[["area", "=", "320902"], ["opened", ">=", "2025-01-03"]],
        order=["id"], limit=3,
    )  # fmt: skip
    assert status == 200, answer
    names = [each["name"] for each in answer["columns"]]
    assert names == ["id", "name", "area", "income", "phone", "opened"]
    assert [row[0] for row in answer["rows"]] == [2, 4, 6]
    assert answer["rows"][0][1] == "firm"
    assert answer["rows"][0][3] == "20.00"
    assert answer["rows"][0][5] == "2025-01-03"
    assert "13900000002" not in json.dumps(answer)
    assert "secret" not in json.dumps(answer)
    call = Call.objects.get(code=answer["call"])
    assert (call.outcome, call.rows, call.agreement) == ("delivered", 3, code)
    assert UsageRecord.objects.get().code == call.code
    leaf = EvidenceEvent.objects.get(kind="delivery.call")
    assert (leaf.about, leaf.content["digest"]) == (code, call.digest)
    assert "firm" not in json.dumps(leaf.content)


def test_a_token_is_shown_once_and_kept_nowhere(cast: Cast):
    code = deal(cast).code
    with pytest.raises(ShuchengError):
        issue_token(code, "api", "marketing", actor=cast.buyer)
    _made, text = issue_token(code, "api", PURPOSE, actor=cast.buyer)
    assert ask(code, text)[0] == 200
    kept = json.dumps(list(Token.objects.values()), default=str)
    kept += json.dumps(list(EvidenceEvent.objects.values()), default=str)
    assert text not in kept
    assert text.rpartition(".")[2] not in kept


def test_only_the_buyer_gets_tokens(cast: Cast):
    code = deal(cast).code
    for actor in (cast.operator, cast.bureau, cast.holder, cast.auditor):
        with pytest.raises(Forbidden):
            issue_token(code, "api", PURPOSE, actor=actor)
    with pytest.raises(NotFound):
        issue_token(code, "api", PURPOSE, actor=cast.other)


def test_what_is_revoked_is_refused_at_the_next_call_with_words_and_a_leaf(cast: Cast):
    code = deal(cast).code
    given = token(cast, code)
    assert ask(code, given)[0] == 200
    stop_delivery(code, "revoke", "越权使用", actor=cast.bureau)
    status, answer = ask(code, given)
    assert status == 403
    assert answer["code"] == "delivery.agreement-revoked"
    assert code in answer["title"]
    assert answer["detail"]
    last = EvidenceEvent.objects.filter(kind="delivery.call").latest("id")
    assert last.content["outcome"] == "agreement-revoked"
    assert Call.objects.latest("id").outcome == "agreement-revoked"
    assert code not in views_of_products._KEPT
    with pytest.raises(ShuchengError) as refused:
        token(cast, code)
    assert refused.value.code == "delivery.agreement-revoked"
    with pytest.raises(Invalid):
        stop_delivery(code, "lift", "再开", actor=cast.bureau)


@pytest.mark.parametrize(
    "on", ["RES-2026-000001", "GRT-2026-000001", "GRT-2026-000003", "PRD-2026-000001", "REG-1"]
)
def test_a_stop_of_anything_below_reaches_a_running_delivery(cast: Cast, on: str):
    code = deal(cast).code
    given = token(cast, code)
    assert ask(code, given)[0] == 200
    today = timezone.localdate()
    Stop.objects.create(on=on, kind=Stop.Kind.SUSPEND, day=today, by="x")
    status, answer = ask(code, given)
    assert (status, answer["code"]) == (403, "delivery.agreement-suspended")
    assert on in answer["title"]
    Stop.objects.create(on=on, kind=Stop.Kind.LIFT, day=today, by="x")
    assert ask(code, given)[0] == 200


def test_a_stop_that_comes_while_the_answer_is_made_keeps_it_in(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    from shucheng.bays.data.engine.delivery import governed

    code = deal(cast, quota={"calls": 5, "rows": 500}).code
    given, own = token(cast, code), governed.serve

    def slow(*args: Any, **kwargs: Any) -> Any:
        answer = own(*args, **kwargs)
        Stop.objects.create(on=code, kind="revoke", day=timezone.localdate(), by="x")
        return answer

    monkeypatch.setattr(governed, "serve", slow)
    status, answer = ask(code, given)
    assert (status, answer["code"]) == (403, "delivery.agreement-revoked")
    assert "rows" not in answer
    assert not UsageRecord.objects.exists()


def test_a_token_is_for_its_agreement_way_and_purpose_only(cast: Cast):
    one, two = deal(cast).code, deal(cast, number=2).code
    given = token(cast, one)
    assert ask(two, given)[1]["code"] == "delivery.wrong-agreement"
    assert ask(one, given, "query", sql="select 1 from product")[1]["code"] == "delivery.wrong-mode"
    assert ask(one, given, purpose="marketing")[1]["code"] == "delivery.wrong-purpose"
    assert ask("AGR-9", given)[1]["code"] == "delivery.wrong-agreement"
    assert not UsageRecord.objects.exists()
    assert use_of(deal_of(one), timezone.localdate()).calls == 0


def test_changed_expired_and_revoked_tokens(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    code = deal(cast).code
    given = token(cast, code)
    assert ask(code, given[:-2] + "AA")[0] == 401
    assert ask(code, "nonsense")[1]["code"] == "delivery.token-invalid"
    assert Client().post(f"{API}/{code}/rows").status_code == 401
    revoke_token(Token.objects.get().code, actor=cast.buyer)
    assert ask(code, given)[1]["code"] == "delivery.token-revoked"
    again = token(cast, code)
    later = timezone.now() + timedelta(minutes=16)
    monkeypatch.setattr("shucheng.bays.data.actions.serving.timezone.now", lambda: later)
    assert ask(code, again)[1]["code"] == "delivery.token-expired"


def test_refusals_are_metered_and_those_of_strangers_fill_no_table(cast: Cast):
    from shucheng.bays.data.actions import serving

    serving._STRANGERS.clear()
    code = deal(cast).code
    for _ in range(serving._STRANGERS_A_MINUTE + 5):
        ask(code, "nonsense")
    assert Call.objects.filter(outcome="token-invalid").count() == serving._STRANGERS_A_MINUTE
    assert not EvidenceEvent.objects.filter(kind="delivery.call").exists()
    serving._STRANGERS.clear()


def test_a_quota_is_kept_and_what_failed_or_was_not_needed_comes_back(cast: Cast):
    agreed = deal(cast, quota={"calls": 3, "rows": 25})
    given, today = token(cast, agreed.code), timezone.localdate()
    assert len(ask(agreed.code, given, limit=20)[1]["rows"]) == 20
    assert ask(agreed.code, given, columns=["nothing"])[1]["code"] == "delivery.unknown-column"
    use = use_of(agreed.agreement, today)
    assert (use.calls, use.rows) == (1, 20)
    assert len(ask(agreed.code, given, limit=20)[1]["rows"]) == 5
    status, answer = ask(agreed.code, given)
    assert (status, answer["code"]) == (429, "delivery.quota-spent")
    assert use_of(agreed.agreement, today).calls == 2


def test_a_quota_begins_anew_with_its_period(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    agreed = deal(cast, quota={"calls": 1})
    assert ask(agreed.code, token(cast, agreed.code))[0] == 200
    with pytest.raises(ShuchengError):
        token(cast, agreed.code)
    month = timezone.localdate().replace(day=28) + timedelta(days=5)
    assert use_of(agreed.agreement, month).calls == 0
    assert use_of(agreed.agreement, month).count == 1


def test_the_policy_is_asked_on_each_call(cast: Cast):
    code = deal(cast, more=[constraint("odrl:count", "lteq", "2")]).code
    given = token(cast, code)
    assert [ask(code, given)[0] for _ in range(2)] == [200, 200]
    status, answer = ask(code, given)
    assert (status, answer["code"]) == (403, "delivery.count-exceeded")
    other = deal(cast, number=2, more=[constraint("odrl:weather", "eq", "fine")]).code
    with pytest.raises(ShuchengError) as refused:
        token(cast, other)
    assert refused.value.code == "delivery.unknown-operand"


def test_who_owes_gets_nothing_where_paying_is_a_duty(cast: Cast):
    code, free = deal(cast, duties=["odrl:compensate"]).code, deal(cast, number=2).code
    given, other = token(cast, code), token(cast, free)
    old = timezone.localdate() - timedelta(days=60)
    entry = LedgerEntry.objects.create(code="E1", on=old, kind="settlement", by="x")
    LedgerLine.objects.create(entry=entry, account="receivable:ORG-B", fen=500)
    assert ask(code, given)[1]["code"] == "delivery.not-settled"
    assert ask(free, other)[0] == 200
    LedgerLine.objects.create(entry=entry, account="receivable:ORG-B", fen=-500)
    assert ask(code, given)[0] == 200


def test_an_order_that_rests_or_has_ended_delivers_nothing(cast: Cast):
    agreed = deal(cast)
    given = token(cast, agreed.code)
    for state, code in (
        ("agreed", "agreement-not-begun"),
        ("suspended", "agreement-suspended"),
        ("closed", "agreement-ended"),
    ):
        Order.objects.update(state=state)
        assert ask(agreed.code, given)[1]["code"] == f"delivery.{code}"


def test_terms_that_cannot_be_applied_deliver_nothing(cast: Cast):
    for number, shows in enumerate(
        (
            {},
            {"columns": {"nothing": "show"}},
            {"columns": {"id": "magic"}},
            {"columns": {"id": {"mask": "show"}}},
            {**SHOWS, "marks": {}},
            {**SHOWS, "private": {"unit": "id", "noise": 0}},
        ),
        1,
    ):
        code = deal(cast, number=number, shows=shows).code
        status, answer = ask(code, token(cast, code))
        assert (status, answer["code"]) == (409, "delivery.terms-unusable"), shows


@pytest.mark.django_db(transaction=True)
def test_calls_cannot_be_rewritten(cast: Cast):
    code = deal(cast).code
    ask(code, token(cast, code))
    for rows in (Call.objects, UsageRecord.objects):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.all().delete()
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.all().update(code="x")


def deal_of(code: str) -> Any:
    from shucheng.bays.data.models.market import Agreement

    return Agreement.objects.get(code=code)
