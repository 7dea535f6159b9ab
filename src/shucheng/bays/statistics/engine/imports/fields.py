"""The fields a file may hold, from `data/import_fields.yaml`, and what an import refuses."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parents[2] / "data" / "import_fields.yaml"


class ImportRefused(ValueError):
    """A file or mapping that cannot be read at all: `code` and `params` say why."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(f"{code} {params or ''}".strip())
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a table: its `kind` decides how cells are read, `headings` how it is found."""

    name: str
    kind: str
    headings: tuple[str, ...]
    required: bool = False


MONTH = {"register": "since", "returns": "period"}
"""The field that may be told beside the file, for cells that say nothing of it."""


@cache
def fields(table: str) -> dict[str, Field]:
    """The fields of `register`, `returns`, `honours` or `facts` by name."""
    data = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    if table not in data:
        raise ImportRefused("table-unknown", table=table)
    return {
        name: Field(name, each["kind"], tuple(each["headings"]), each.get("required", False))
        for name, each in data[table].items()
    }
