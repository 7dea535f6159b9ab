"""What the robots are sent, by each vendor's rules."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from hypothesis import given
from hypothesis import strategies as st

from shucheng.kernel.reminders.engine.robots import (
    BYTES,
    Message,
    Vendor,
    cut,
    plain,
    refusal,
    request_of,
)
from shucheng.kernel.reminders.engine.rules import Rule, when

AT = datetime(2026, 10, 12, 1, 0, 0, 123000, tzinfo=UTC)
MESSAGE = Message(
    "三季度报表", "请于 10 月 12 日前填报。\n共 3 张表。", "https://s.example/f/3", "打开"
)
HOOK = "https://oapi.dingtalk.com/robot/send?access_token=abc"


def body(vendor: Vendor, message: Message = MESSAGE, secret: str = "") -> Any:
    return json.loads(request_of(vendor, HOOK, secret, message, AT).body)


def hmac_sha256(key: str, text: str) -> str:
    """By another library than the engine's."""
    mac = HMAC(key.encode(), SHA256())
    mac.update(text.encode())
    return base64.b64encode(mac.finalize()).decode()


def test_wecom_is_sent_markdown_and_its_address_as_it_is() -> None:
    request = request_of(Vendor.WECOM, HOOK, "unused", MESSAGE, AT)
    assert request.address == HOOK
    assert json.loads(request.body) == {
        "msgtype": "markdown",
        "markdown": {
            "content": "**三季度报表**\n\n请于 10 月 12 日前填报。\n\n共 3 张表。\n\n"
            "[打开](https://s.example/f/3)"
        },
    }


def test_dingtalk_is_signed_in_the_address_with_milliseconds() -> None:
    request = request_of(Vendor.DINGTALK, HOOK, "SECabc+/=", MESSAGE, AT)
    query = parse_qs(urlsplit(request.address).query)
    milliseconds = str(1791766800123)
    assert query == {
        "access_token": ["abc"],
        "timestamp": [milliseconds],
        "sign": [hmac_sha256("SECabc+/=", f"{milliseconds}\nSECabc+/=")],
    }
    said = json.loads(request.body)
    assert said["msgtype"] == "markdown"
    assert said["markdown"]["title"] == "三季度报表"
    assert "https://s.example/f/3" in said["markdown"]["text"]


def test_feishu_is_signed_in_the_body_with_seconds_and_the_text_as_key() -> None:
    said = body(Vendor.FEISHU, secret="s3cret")
    assert said["timestamp"] == "1791766800"
    assert said["sign"] == hmac_sha256("1791766800\ns3cret", "")
    assert said["msg_type"] == "post"
    post = said["content"]["post"]["zh_cn"]
    assert post["title"] == "三季度报表"
    assert post["content"][-1] == [{"tag": "a", "text": "打开", "href": "https://s.example/f/3"}]


@pytest.mark.parametrize("vendor", [Vendor.DINGTALK, Vendor.FEISHU])
def test_without_a_secret_nothing_is_signed(vendor: Vendor) -> None:
    request = request_of(vendor, HOOK, "", MESSAGE, AT)
    assert request.address == HOOK
    assert "sign" not in json.loads(request.body)


@pytest.mark.parametrize("vendor", [Vendor.WECOM, Vendor.DINGTALK])
def test_a_name_cannot_become_a_link_a_mention_or_a_heading(vendor: Vendor) -> None:
    text = "# big\n[x](https://evil.example) <@all> **b** `c`"
    said = body(vendor, Message("<@all>[y](z)", text))["markdown"]
    shown = said.get("content") or said["text"]
    # The two stars around the subject are the only markup left.
    assert shown.count("*") == 4
    assert not set(shown) & set("<>[]()`#")
    assert "https://evil.example" in shown


def test_feishus_elements_show_markup_as_it_is() -> None:
    said = body(Vendor.FEISHU, Message("t", '<at user_id="all">'))
    [[element]] = said["content"]["post"]["zh_cn"]["content"]
    assert element == {"tag": "text", "text": '<at user_id="all">'}


@pytest.mark.parametrize("vendor", list(Vendor))
@given(st.text(max_size=300), st.text(max_size=9000))
def test_whatever_is_said_fits_into_what_the_vendor_takes(
    vendor: Vendor, subject: str, text: str
) -> None:
    message = Message(subject, text, "https://s.example/f/3", "打开")
    said = json.loads(request_of(vendor, HOOK, "", message, AT).body)
    if vendor is Vendor.FEISHU:
        post = said["content"]["post"]["zh_cn"]
        texts = [
            post["title"],
            *(e["text"] + e.get("href", "") for line in post["content"] for e in line),
        ]
        assert sum(len(t.encode("utf-8", "replace")) for t in texts) <= BYTES
        return
    shown = said["markdown"].get("content") or said["markdown"]["text"]
    assert len(shown.encode("utf-8", "replace")) <= BYTES
    assert shown.endswith("[打开](https://s.example/f/3)")


@given(st.text(), st.integers(min_value=3, max_value=60))
def test_a_text_is_cut_between_signs_and_says_so(text: str, size: int) -> None:
    short = cut(text, size)
    if len(text.encode("utf-8", "replace")) <= size:
        assert short == text
    else:
        assert len(short.encode()) <= size
        assert short.endswith("…")
        assert text.startswith(short[:-1])


def test_plain_text_is_one_line() -> None:
    assert plain(" a\n b ") == "a b"


@pytest.mark.parametrize(
    ("vendor", "answer"),
    [
        (Vendor.WECOM, {"errcode": 0, "errmsg": "ok"}),
        (Vendor.DINGTALK, {"errcode": 0, "errmsg": "ok"}),
        (Vendor.FEISHU, {"code": 0, "data": {}, "msg": "success"}),
        (Vendor.FEISHU, {"StatusCode": 0, "StatusMessage": "success"}),
    ],
)
def test_what_the_vendor_took(vendor: Vendor, answer: Any) -> None:
    assert refusal(vendor, 200, json.dumps(answer).encode()) == ""


@pytest.mark.parametrize(
    ("vendor", "status", "answer", "reason"),
    [
        (Vendor.WECOM, 200, b'{"errcode":93000,"errmsg":"invalid webhook url"}', "errcode 93000"),
        (Vendor.WECOM, 200, b'{"errcode":45009,"errmsg":"api freq out of limit"}', "45009"),
        (Vendor.DINGTALK, 200, b'{"errcode":310000,"errmsg":"sign not match"}', "sign not match"),
        (Vendor.FEISHU, 200, b'{"code":19021,"msg":"sign match fail"}', "code 19021"),
        (Vendor.FEISHU, 200, b"{}", "no code"),
        (Vendor.FEISHU, 200, b"[]", "no code"),
        (Vendor.WECOM, 200, b"<html>", "not JSON"),
        (Vendor.WECOM, 302, b"", "HTTP 302"),
        (Vendor.WECOM, 500, b'{"errcode":0}', "HTTP 500"),
    ],
)
def test_what_the_vendor_refused(vendor: Vendor, status: int, answer: bytes, reason: str) -> None:
    assert reason in refusal(vendor, status, answer)


DUE = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("today", "found"),
    [
        # 30 September is a Wednesday; 1 to 7 October are holidays, the 10th is worked on.
        (date(2026, 9, 24), "soon"),
        (date(2026, 9, 29), "soon"),
        (date(2026, 9, 28), ""),
        (DUE, "today"),
        (date(2026, 10, 1), ""),
        (date(2026, 10, 8), "late"),
        (date(2026, 10, 9), ""),
        (date(2026, 10, 10), "late"),
    ],
)
def test_days_are_working_days_and_nobody_is_reminded_on_a_holiday(today: date, found: str) -> None:
    assert when(DUE, today, Rule()) == found


@given(st.dates(date(2025, 1, 1), date(2026, 12, 1)), st.integers(-60, 60))
def test_a_rule_is_the_same_after_it_was_stored(due: date, days: int) -> None:
    rule = Rule((5, 2), (1, 4), 7, 10)
    again = Rule.of(json.loads(json.dumps(rule.facts())))
    today = due + timedelta(days=days)
    assert again == rule
    assert when(due, today, again) == when(due, today, rule)


@pytest.mark.parametrize(
    "facts", [{"before": (0,)}, {"late": (61,)}, {"hour": 24}, {"late_every": 0}]
)
def test_what_is_no_rule_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="between"):
        Rule(**facts)
