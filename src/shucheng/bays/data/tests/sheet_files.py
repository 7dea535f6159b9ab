"""Sheets of resources as departments send them."""

import io
from collections.abc import Sequence

from openpyxl import Workbook

from shucheng.bays.data.engine.catalogue.sheet_columns import headings, sheets


def sheet_file(
    heads: Sequence[str], *rows: Sequence[object], fields: Sequence[Sequence[object]] = ()
) -> bytes:
    """A workbook of resources under these headings; a field is a title and a name, with a type."""
    known = headings(sheets().resource_columns)
    assert all(head in known for head in heads)
    book = Workbook()
    first = book.worksheets[0]
    first.title = "资源"
    below = book.create_sheet("字段")
    for row in (heads, *rows):
        first.append(list(row))
    for row in (("资源名称", "字段名", "数据类型"), *fields):
        below.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
