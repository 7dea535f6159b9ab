"""A background set as YAML or JSON: the fields of `model.Background`, and `schema`."""

import json
from dataclasses import asdict
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from .errors import LcaRefused
from .model import Background

SCHEMA = "shucheng.lca/1"
_BACKGROUND = TypeAdapter(Background)


def read(text: str) -> Background:
    """A set from YAML or JSON. Raises `LcaRefused` (`unreadable`, `schema-unknown`)."""
    try:
        told: Any = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise LcaRefused(
            "unreadable", f"this is neither YAML nor JSON ({error}); correct it and try again"
        ) from error
    if not isinstance(told, dict) or told.pop("schema", None) != SCHEMA:
        raise LcaRefused(
            "schema-unknown", f"this is no background set; its first line is `schema: {SCHEMA}`"
        )
    try:
        return _BACKGROUND.validate_python(told, extra="forbid")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise LcaRefused(
            "unreadable", f"{where}: {first['msg']}; correct it and try again", where=where
        ) from error


def written(background: Background) -> str:
    """The set as JSON, which `read` reads to the same. Numbers keep all their digits."""
    return json.dumps({"schema": SCHEMA} | asdict(background), ensure_ascii=False, indent=1)
