"""Log lines are JSON, carry the request, and hold nothing that must not be there."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from shucheng.kernel.operations.logging import logging_config, without_secrets


@pytest.fixture
def lines() -> Iterator[Any]:
    """Set up logging as a deployment does and give what was written, line by line."""
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    config = logging_config("INFO", "json")
    config["handlers"]["stderr"]["stream"] = written
    logging.config.dictConfig(config)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()
    root.handlers, root.level = handlers, level
    for name in ("django", "django.server", "django.db.backends", "django_tasks"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_line_is_json_with_time_level_request_and_facts(lines: Any) -> None:
    structlog.contextvars.bind_contextvars(request_id="r-12345678", actor=7)
    structlog.get_logger("shucheng.web").info("request", path="/计划/", status=200)
    [line] = lines()
    assert (line["event"], line["path"], line["status"]) == ("request", "/计划/", 200)
    assert (line["request_id"], line["actor"], line["level"]) == ("r-12345678", 7, "info")
    assert line["timestamp"].endswith("Z")


def test_a_librarys_own_record_is_a_line_like_ours(lines: Any) -> None:
    structlog.contextvars.bind_contextvars(request_id="r-12345678")
    logging.getLogger("some.library").warning("slow %s", "query")
    [line] = lines()
    assert (line["event"], line["logger"], line["request_id"]) == (
        "slow query",
        "some.library",
        "r-12345678",
    )


def test_an_exception_stays_on_one_line(lines: Any) -> None:
    try:
        raise ValueError("postgresql://shucheng:hunter2@db/x")
    except ValueError:
        structlog.get_logger("shucheng").exception("defect")
    [line] = lines()
    assert "ValueError" in line["exception"]
    assert "hunter2" not in json.dumps(line)


@pytest.mark.parametrize(
    ("fields", "secret"),
    [
        ({"password": "hunter2"}, "hunter2"),
        ({"api_token": "scs_abcdefgh"}, "abcdefgh"),
        ({"headers": {"Authorization": "Bearer abcdefghijkl"}}, "abcdefghijkl"),
        ({"event": "GET /x?token=abcdefghijkl&a=1"}, "abcdefghijkl"),
        ({"event": "Authorization: Bearer abcdefghijkl"}, "abcdefghijkl"),
        ({"event": "in <QueryDict {'api_token': ['abcdefghijkl'], 'a': ['1']}>"}, "abcdefghijkl"),
        ({"event": 'body {"password": "hunter2", "n": 1}'}, "hunter2"),
        ({"detail": ["sent to wang.li@example.gov.cn"]}, "wang.li"),
        ({"detail": "call 13812345678 now"}, "13812345678"),
        ({"detail": "证件320902199001011234"}, "320902199001011234"),
        ({"username": "wangli"}, "wangli"),
    ],
)
def test_secrets_and_personal_data_stay_out(fields: dict[str, Any], secret: str) -> None:
    cleaned = without_secrets(None, "info", {"event": "x", **fields})
    assert secret not in json.dumps(cleaned, ensure_ascii=False)


def test_what_helps_is_kept() -> None:
    fields = {"event": "audited", "sequence": 13812345678, "hash": "a" * 64, "code": "plan.x.y"}
    assert without_secrets(None, "info", dict(fields)) == fields


@given(st.recursive(st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)))
def test_whatever_is_logged_can_be_logged(value: Any) -> None:
    assert "event" in without_secrets(None, "info", {"event": "x", "value": value})
