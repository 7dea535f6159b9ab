"""Who gets what of a product: policies, tokens, and a governed call from token to metering."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import duckdb
import pytest
from hypothesis import strategies as st
from tests.laws import law

from shucheng.bays.data.engine.delivery import governed, tokens
from shucheng.bays.data.engine.delivery.governed import Request, View, define_view, serve
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.engine.delivery.policy import (
    Condition,
    Cut,
    Date,
    Empty,
    Hash,
    Mask,
    Parameter,
    Policy,
    PolicyInvalid,
    Show,
    Step,
    select,
)
from shucheng.bays.data.engine.delivery.sandbox import open_sandbox
from shucheng.bays.data.engine.delivery.tokens import Call, Facts, Quota, Used, check, issue, read
from shucheng.lib.crypto import Keyring, new_keyring

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
KEY = b"k" * 32
COLUMNS = ("id", "name", "phone", "area", "income", "born")
SOURCE = """(SELECT * FROM (VALUES
    (1, '张三丰', '13912345678', '320902', 4120.5, DATE '1990-05-17'),
    (2, '李四', '13898765432', '320903', 880.0, DATE '2001-12-31'),
    (3, NULL, NULL, '320902', NULL, NULL)) AS t(id, name, phone, area, income, born))"""


def shown(policy: Policy, **parameters: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(select(policy, SOURCE, COLUMNS, parameters)).fetchall()


# Policies


def test_columns_are_masked_each_in_its_way() -> None:
    policy = Policy(
        {
            "id": Show(), "name": Cut(1), "phone": Hash(KEY), "area": Empty(), "income": Step(1000),
            "born": Date("year"),
        }
    )  # fmt: skip
    code = hmac.digest(KEY, b"13912345678", sha256).hex()[:32]
    rows = shown(policy)
    assert rows[0] == (1, "张", code, None, 4000.0, date(1990, 1, 1))
    assert rows[2] == (3, None, None, None, None, None)


def test_a_text_no_longer_than_what_is_kept_is_not_shown() -> None:
    assert shown(Policy({"name": Cut(2)})) == [("张三",), (None,), (None,)]


def test_rows_are_chosen_by_hidden_columns_and_parameters() -> None:
    mine = Condition("area", "=", Parameter("area"))
    policy = Policy({"id": Show(), "area": Empty()}, (mine, Condition("income", ">", 1000)))
    assert shown(policy, area="320902") == [(1, None)]
    assert shown(policy, area=["320903", "320999"]) == []
    assert shown(Policy({"id": Show()}, (mine,)), area=[]) == []
    assert shown(Policy({"id": Show()}, (Condition("id", "<>", [1, 2]),))) == [(3,)]


@pytest.mark.parametrize("hostile", ["' OR true --", "\\' OR 1=1 --", "x'); DROP TABLE t; --", "'"])
def test_a_parameter_stays_a_value(hostile: str) -> None:
    policy = Policy({"id": Show()}, (Condition("area", "=", Parameter("area")),))
    assert shown(policy, area=hostile) == []


@pytest.mark.parametrize(
    ("policy", "about"),
    [
        (Policy({}), "columns"),
        (Policy({"nothing": Show()}), "nothing"),
        (Policy({"id": Show()}, (Condition("x", "=", 1),)), "x"),
        (Policy({"id": Show()}, (Condition("id", "=", Parameter("area")),)), "area"),
        (Policy({"id": Show()}, (Condition("id", "= 1 OR", 1),)), "id"),
        (Policy({"id": Show()}, (Condition("id", "<", [1]),)), "id"),
        (Policy({"id": Show()}, (Condition("id", "=", float("nan")),)), "float"),
        (Policy({"phone": Hash(b"short")}), '"phone"'),
        (Policy({"phone": Cut(0)}), '"phone"'),
        (Policy({"income": Step(0)}), '"income"'),
    ],
)
def test_policies_that_cannot_be(policy: Policy, about: str) -> None:
    with pytest.raises(PolicyInvalid) as fault:
        shown(policy)
    assert fault.value.about == about


SECRET = st.from_regex(r"zq[0-9a-f]{12}", fullmatch=True)
MASKS: st.SearchStrategy[Mask] = st.sampled_from([Hash(KEY), Cut(3), Empty()])
QUERIES = (
    "select * from t",
    "select distinct b from t order by b",
    "select min(b), max(b), count(distinct b) from t",
    "select upper(b) || '-' || coalesce(b, '') from t where b like '%zq%'",
    "select b, row_number() over (order by b), lag(b) over (order by a) from t",
    "with x as (select b as c from t) select x.c, t.b from x join t on x.c = t.b",
    "select cast(b as int) from t",
    "select cast(b as date) from t union all select opened from t",
    "select hidden from t",
    "select t from t",
    "select a from t where hidden = 'zq'",
    "select left(b, 20), right(b, 20), substr(b, 1, 20) from t",
)


def test_columns_come_in_the_order_of_the_table_however_the_agreement_was_kept() -> None:
    policy = Policy({"income": Show(), "area": Show(), "id": Show()})
    with duckdb.connect() as connection:
        view = define_view(connection, "v", policy, SOURCE, COLUMNS)
    assert list(view.columns) == ["id", "area", "income"]
    assert shown(policy)[0] == (1, "320902", Decimal("4120.5"))


@law(
    rows=st.lists(st.tuples(SECRET, SECRET, SECRET), min_size=1, max_size=8),
    mask=MASKS,
    few=12,
    many=60,
)
def test_a_masked_or_hidden_value_never_appears(
    rows: list[tuple[str, str, str]], mask: Mask
) -> None:
    """Not in an answer, not in an error; nor anything of a row that the policy leaves out."""
    values = ", ".join(f"({n}, '{b}', '{h}', '{o}')" for n, (b, h, o) in enumerate(rows))
    source = f"(SELECT * FROM (VALUES {values}) AS t(a, b, hidden, only_some))"  # noqa: S608
    policy = Policy({"a": Show(), "b": mask, "only_some": Show()}, (Condition("a", "<", 2),))
    compiled = select(policy, source, ("a", "b", "hidden", "only_some"))
    never = {each for b, h, _ in rows for each in (b, h)}
    never |= {o for _, _, o in rows[2:]} - {o for _, _, o in rows[:2]}
    never -= {o for _, _, o in rows[:2]}
    box = open_sandbox({"t": compiled})
    told = [outcome(lambda sql=sql: box.query(sql).rows) for sql in QUERIES]
    told.append(repr(box.connection.execute("SELECT sql FROM duckdb_tables()").fetchall()))
    box.close()
    with duckdb.connect() as connection:
        view = define_view(connection, "v", policy, source, ("a", "b", "hidden", "only_some"))
        ring = new_keyring()
        for request in (
            Request(),
            Request(("b",), (Condition("b", "=", rows[0][0]),)),
            Request(where=(Condition("a", "<", 9),), order=("b",)),
            Request(("hidden",)),
            Request(where=(Condition("b", "=", 5),)),
        ):
            told.append(outcome(lambda request=request: ask(connection, view, request, ring)))
    for each in never:
        assert not any(each in text.lower() for text in told)


def outcome(call: Any) -> str:
    try:
        return repr(call())
    except Refused as refusal:
        return repr(refusal) + repr(refusal.__cause__)


def ask(connection: Any, view: View, request: Request, ring: Keyring) -> Any:
    token = issue(ring, FACTS, CALL, NOW)
    answer = serve(
        connection,
        view,
        request,
        ring=ring,
        token=token,
        call=CALL,
        facts=FACTS,
        number="1",
        now=NOW,
    )
    return answer.rows, answer.metering


# Tokens

CALL = Call("firms", "api", "statistics")
FACTS = Facts(
    "A-1", "active", "buyer-1", frozenset({"statistics", "research"}),
    frozenset({"firms", "jobs"}), frozenset({"api", "sandbox"}),
    NOW - timedelta(days=1), NOW + timedelta(days=1), Quota(100, 10_000, 1_000_000),
)  # fmt: skip


@pytest.mark.parametrize("provider", ["sm", "international"])
def test_a_token_admits_what_it_was_issued_for(provider: str) -> None:
    ring = new_keyring(provider)
    token = issue(ring, FACTS, CALL, NOW)
    claims = read(ring, token)
    check(claims, CALL, FACTS, NOW + timedelta(minutes=14))
    assert (claims.agreement, claims.recipient, claims.purpose) == ("A-1", "buyer-1", "statistics")
    assert read(ring.rotated(), token) == claims


CHANGED: list[tuple[str, Mapping[str, Any]]] = [
    ("agreement-suspended", {"state": "suspended"}),
    ("agreement-revoked", {"state": "revoked"}),
    ("agreement-expired", {"state": "expired"}),
    ("agreement-terminated", {"state": "terminated"}),
    ("agreement-not-in-term", {"valid_until": NOW}),
    ("agreement-not-in-term", {"valid_from": NOW + timedelta(seconds=1)}),
    ("wrong-purpose", {"purposes": frozenset({"research"})}),
    ("wrong-product", {"products": frozenset({"jobs"})}),
    ("wrong-mode", {"modes": frozenset({"sandbox"})}),
    ("wrong-agreement", {"agreement": "A-2"}),
    ("wrong-recipient", {"recipient": "buyer-2"}),
    ("quota-spent", {"used": Used(calls=100)}),
    ("quota-spent", {"used": Used(rows=10_000)}),
    ("quota-spent", {"used": Used(size=1_000_000)}),
    ("quota-spent", {"quota": Quota(calls=0)}),
    ("token-revoked", {"not_before": NOW + timedelta(seconds=1)}),
]


@pytest.mark.parametrize(("code", "changes"), CHANGED)
def test_a_token_is_held_against_the_agreement_as_it_stands(
    code: str, changes: Mapping[str, Any]
) -> None:
    ring = new_keyring()
    claims = read(ring, issue(ring, FACTS, CALL, NOW))
    with pytest.raises(Refused, match=code):
        check(claims, CALL, replace(FACTS, **changes), NOW)
    if not code.startswith(("wrong-agreement", "wrong-recipient", "token")):
        with pytest.raises(Refused, match=code):
            issue(ring, replace(FACTS, **changes), CALL, NOW)


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("wrong-purpose", Call("firms", "api", "research")),
        ("wrong-purpose", Call("firms", "api", "advertising")),
        ("wrong-product", Call("jobs", "api", "statistics")),
        ("wrong-mode", Call("firms", "sandbox", "statistics")),
    ],
)
def test_a_token_is_for_one_thing(code: str, call: Call) -> None:
    ring = new_keyring()
    with pytest.raises(Refused, match=code):
        check(read(ring, issue(ring, FACTS, CALL, NOW)), call, FACTS, NOW)


def test_a_token_is_short_lived_and_can_be_revoked() -> None:
    ring = new_keyring()
    claims = read(ring, issue(ring, FACTS, CALL, NOW, timedelta(days=30)))
    for at in (NOW + timedelta(minutes=15), NOW - timedelta(minutes=1)):
        with pytest.raises(Refused, match="token-expired"):
            check(claims, CALL, FACTS, at)
    ending = replace(FACTS, valid_until=NOW + timedelta(seconds=5))
    assert read(ring, issue(ring, ending, CALL, NOW)).expires == int(NOW.timestamp()) + 5
    with pytest.raises(Refused, match="token-revoked"):
        check(claims, CALL, replace(FACTS, revoked_tokens=frozenset({claims.id})), NOW)


def test_a_token_that_was_changed_or_made_up_is_none() -> None:
    ring = new_keyring()
    token = issue(ring, FACTS, CALL, NOW)
    name, content, code = token.split(".")
    other = issue(new_keyring(), FACTS, CALL, NOW)
    wrong = [
        "", ".", "..", "a.b.c", "中.文.字", token + "A", token + "=", token[:-1],
        f"{name}.{content}", f"{name}.{content}.", f"k9.{content}.{code}", f"{name}..{code}",
        other, token.upper(),
        f"{name}.{other.split('.')[1]}.{code}", f" {token}", "x" * 100_000, f"{token}\n",
    ]  # fmt: skip
    wrong += [
        token[:n] + ("B" if token[n] == "A" else "A") + token[n + 1 :] for n in range(3, len(token))
    ]
    for each in wrong:
        with pytest.raises(Refused, match=r"^token-invalid$"):
            read(ring, each)


def test_codes_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    ring = new_keyring()
    token = issue(ring, FACTS, CALL, NOW)

    def compare(first: bytes, second: bytes) -> bool:
        compared.append((first, second))
        return hmac.compare_digest(first, second)

    monkeypatch.setattr(tokens, "compare_digest", compare)
    read(ring, token)
    assert len(compared) == 1


# A governed call


@pytest.fixture
def product() -> Any:
    connection = duckdb.connect()
    policy = Policy(
        {"id": Show(), "name": Cut(1), "phone": Hash(KEY), "income": Show()},
        (Condition("area", "=", Parameter("area")),),
    )
    view = define_view(connection, "v", policy, SOURCE, COLUMNS, {"area": "320902"})
    yield connection, view
    connection.close()


def called(product: Any, request: Request, facts: Facts = FACTS, call: Call = CALL) -> Any:
    ring = new_keyring()
    return serve(
        *product, request, ring=ring, token=issue(ring, FACTS, CALL, NOW), call=call, facts=facts,
        number="C-1", now=NOW,
    )  # fmt: skip


def test_a_call_is_answered_and_metered_without_a_value(product: Any) -> None:
    answer = called(product, Request(("id", "name"), (Condition("income", ">", 1),), ("id",)))
    assert answer.rows == [(1, "张")]
    metering = answer.metering
    assert (metering.call, metering.agreement, metering.rows) == ("C-1", "A-1", 1)
    assert metering.size > 0
    assert metering.ms >= 0
    assert metering.digest.startswith("sm:k1:")
    assert "张" not in repr(metering)
    assert "张" not in repr(answer)


def test_what_is_sought_by_its_mask_is_found_and_by_its_value_not(product: Any) -> None:
    code = hmac.digest(KEY, b"13912345678", sha256).hex()[:32]
    for column, mask, value in (("phone", code, "13912345678"), ("name", "张", "张三丰")):
        sought = called(product, Request(("id", column), (Condition(column, "=", mask),)))
        assert sought.rows == [(1, mask)]
        assert called(product, Request(where=(Condition(column, "=", value),))).rows == []
    assert [each[2] for each in called(product, Request(order=("id",))).rows] == [code, None]


def test_the_digest_needs_the_key(product: Any) -> None:
    first, second = (called(product, Request()).metering.digest for _ in range(2))
    assert first != second
    ring = new_keyring()
    assert governed.digest(ring, b"x") == governed.digest(ring, b"x")


def test_an_answer_is_no_longer_than_the_quota_leaves(product: Any) -> None:
    left = replace(FACTS, used=Used(rows=9_999))
    assert len(called(product, Request()).rows) == 2
    assert len(called(product, Request(), left).rows) == 1


def test_delivery_ends_with_the_agreement(product: Any) -> None:
    with pytest.raises(Refused, match="agreement-revoked"):
        called(product, Request(), replace(FACTS, state="revoked"))


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Request(("area",)), "unknown-column"),
        (Request(where=(Condition("area", "=", "320902"),)), "unknown-column"),
        (Request(order=("born",)), "unknown-column"),
        (Request(('id" FROM v; DROP TABLE t; --',)), "unknown-column"),
        (Request(limit=0), "request-invalid"),
        (Request(offset=-1), "request-invalid"),
        (Request(where=(Condition("name", "=", 5),)), "request-invalid"),
        (Request(where=(Condition("id", "=", "x"),)), "request-invalid"),
        (Request(where=(Condition("id", "=", Parameter("area")),)), "request-invalid"),
        (Request(where=(Condition("id", "; DROP", 1),)), "request-invalid"),
        (Request(where=(Condition("id", "=", list(range(2_000))),)), "request-invalid"),
        (Request(where=(Condition("income", ">", Decimal("NaN")),)), "request-invalid"),
    ],
)
def test_requests_that_are_refused(product: Any, request_: Request, code: str) -> None:
    with pytest.raises(Refused, match=code):
        called(product, request_)


def test_answers_too_large_are_refused(product: Any) -> None:
    connection, view = product
    with pytest.raises(Refused, match="answer-too-large"):
        called((connection, replace(view, most_size=10)), Request())


def test_a_refused_call_is_metered_with_its_code() -> None:
    metering = governed.refused("C-2", "A-1", "api", Refused("quota-spent", "rows"), 0.1, NOW)
    assert (metering.outcome, metering.rows, metering.digest) == ("quota-spent", 0, "")
    assert json.dumps(metering.outcome)
