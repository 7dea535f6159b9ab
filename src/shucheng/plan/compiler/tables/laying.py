"""Which cell of a row belongs to which column, where merged cells are missing.

Plain text drops the cells that a merged neighbour covers, so that the rest of the row moves to
the left. The row is laid under the columns so that its cells look like what the columns hold,
at the least cost (an alignment of two sequences, as Needleman and Wunsch 1970 do it).
"""

import re
from collections.abc import Sequence

from shucheng.plan.compiler.language.units import CELL_UNIT
from shucheng.plan.compiler.organisations.names import expand_organisations, is_organisation
from shucheng.plan.compiler.tables.columns import Column, ColumnKind

_NUMERIC = re.compile(r"[(]?[≥≤><~约超]*=?\s*[-+]?\d[\d.,]*\s*[%‰]?.{0,8}|[-/\\]+|")
_ORDINAL = re.compile(r"[(]?\d{1,3}[)]?[.、]?|[①-⑳]")
_UNIT_LIKE = re.compile(
    rf"\(?{CELL_UNIT}\)?|[A-Za-z/]{{1,10}}|[十百千万亿]+[A-Za-z/]{{1,8}}|[-/]+|无|指数|位次|名次"
)
_SKIP = {
    "category": 0.3, "remark": 0.1, "attribute": 0.6, "deadline": 0.8, "support": 0.8, "lead": 1.2,
    "unit": 1.0, "other": 0.8, "growth": 1.5, "baseline": 2.0, "no": 2.0, "year": 3.0, "aim": 3.0,
    "name": 4.0, "text": 2.5,
}  # fmt: skip


def places_of(texts: Sequence[str], columns: Sequence[Column]) -> list[int | None]:
    """For each cell its column, in order, so that cells look like what their columns hold."""
    skip = [_SKIP[column.kind] for column in columns]
    first_text = next((i for i, column in enumerate(columns) if column.kind == "text"), None)
    if first_text is not None and sum(column.kind in ("text", "name") for column in columns) > 1:
        skip[first_text] = 0.4
    # best[j]: cost of laying the cells so far over the columns before j.
    width = len(columns)
    best: list[float] = [0.0] * (width + 1)
    for j in range(width):
        best[j + 1] = best[j] + skip[j]
    choices: list[list[int]] = []
    for text in texts:
        row: list[float] = [float("inf")] * (width + 1)
        choice = [0] * (width + 1)
        row[0] = best[0] + 5.0
        for j in range(1, width + 1):
            options = (
                best[j - 1] - _fit(text, columns[j - 1].kind),
                row[j - 1] + skip[j - 1],
                best[j] + 5.0,
            )
            choice[j] = options.index(min(options))
            row[j] = min(options)
        choice[0] = 2
        choices.append(choice)
        best = row
    places: list[int | None] = [None] * len(texts)
    i, j = len(texts) - 1, width
    while i >= 0:
        step = choices[i][j]
        if step == 0:
            places[i] = j - 1
            i, j = i - 1, j - 1
        elif step == 1:
            j -= 1
        else:
            i -= 1
    return places


def _fit(text: str, kind: ColumnKind) -> float:
    """How well a cell's text suits a kind of column: negative where it does not."""
    if not text:
        return 0.2
    numeric = bool(_NUMERIC.fullmatch(text)) and not _UNIT_LIKE.fullmatch(text)
    if kind == "no":
        return 3.0 if _ORDINAL.fullmatch(text) else -4.0
    if kind in ("year", "aim", "baseline", "growth"):
        return 3.0 if numeric else (0.5 if len(text) <= 8 else 0.0)
    if kind == "unit":
        return 3.0 if _UNIT_LIKE.fullmatch(text) else -2.0
    if kind in ("lead", "support"):
        return 2.0 if _looks_like_organisations(text) else -2.0
    if kind == "attribute":
        return 2.0 if re.search(r"性$|型$", text) else -1.0
    if kind == "deadline":
        return 2.0 if re.search(r"年|月|季度|长期|持续|底", text) and len(text) <= 16 else -1.0
    if numeric:
        return -3.0
    if kind in ("name", "text"):
        return 1.5 if len(text) > 3 else 0.5
    return 0.5


def _looks_like_organisations(text: str) -> bool:
    """Whether a cell holds names of organisations and nothing else."""
    names = expand_organisations(text)
    if not names or len(text) > 30 * len(names):
        return False
    return sum(map(is_organisation, names)) * 2 > len(names)
