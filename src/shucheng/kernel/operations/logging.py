"""Logs as JSON lines on standard error: machine-readable, with the request and the actor, and
without personal data or secrets.

    LOGGING = logging_config("INFO", "json")

Django's and libraries' own records pass the same filters as ours.
"""

import logging
import re
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_SECRET_NAMES = re.compile(
    r"password|passwd|secret|token|cookie|authorization|api[_-]?key|session|private|otp|recovery",
    re.IGNORECASE,
)
# Who a person is belongs into the audit log, which has its own access rules, not into log files.
_PERSONAL_NAMES = frozenset(
    {"name", "username", "person_name", "display_name", "email", "phone", "login", "id_number"}
)
# In texts: keys in addresses and messages, mail addresses, mobile and identity numbers.
_IN_TEXT = (
    (re.compile(r"(?i)\b(password|secret|token|key|code)=[^\s&\"']+"), r"\1=***"),
    # Printed dictionaries: 'token': 'x', "password": ["x"].
    (
        re.compile(r"""(?i)(['"]\w*(?:password|secret|token)\w*['"]: *\[?)(['"]).*?\2"""),
        r"\1\2***\2",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 ***"),
    (re.compile(r"(://[^/\s:@]+):[^@\s/]+@"), r"\1:***@"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "***@***"),
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\w)"), "***"),
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "***"),
)
_LONGEST = 4000
# Hashes and ids that we write ourselves hold digits by chance.
_OWN_IDS = frozenset({"hash", "request_id", "sha256", "worker", "timestamp", "event", "logger"})


def logging_config(level: str, format: Literal["json", "console"] | str) -> dict[str, Any]:
    """Django's LOGGING, with structlog and Python's warnings set up to go the same way."""
    logging.captureWarnings(True)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(["status_code"]),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=False)
        if format == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # Each of our requests is logged once, by our own middleware.
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.db.backends": {"level": "WARNING"},
            # At DEBUG it prints whole requests.
            "django.template": {"level": "INFO"},
            "django_tasks": {"level": "WARNING"},
            "django_tasks_db": {"level": "WARNING"},
        },
    }


def without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide what must not be in a log file: by name, and by what texts look like."""
    return _cleaned(event)


def _cleaned(fields: MutableMapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in fields.items()}


def _value(name: str, value: Any) -> Any:
    if name.startswith("_"):
        return value
    if name in _PERSONAL_NAMES or (name not in _OWN_IDS and _SECRET_NAMES.search(name)):
        return "***"
    if isinstance(value, dict):
        return _cleaned(value)
    if isinstance(value, list | tuple):
        return [_value("", item) for item in value]
    if isinstance(value, str) and name not in _OWN_IDS - {"event"}:
        return _text(value)
    return value


def _text(value: str) -> str:
    for pattern, replacement in _IN_TEXT:
        value = pattern.sub(replacement, value)
    if len(value) > _LONGEST:
        value = f"{value[:_LONGEST]}… ({len(value)} characters)"
    return value
