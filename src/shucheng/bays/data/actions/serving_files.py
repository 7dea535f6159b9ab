"""Downloads: the whole product as the agreement shows it, with the recipient's mark in it where a
mark was agreed; and whose mark a part that leaked carries."""

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.actions.serving import Admitted, Answered, deliver
from shucheng.bays.data.engine.delivery import watermark
from shucheng.bays.data.engine.delivery.governed import digest
from shucheng.bays.data.engine.delivery.model import Refused, quoted, text
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries.deliveries import deliveries_seen, find_delivery, may_seek_mark
from shucheng.bays.data.queries.delivery_keys import delivery_ring, lasting_secret
from shucheng.bays.data.queries.delivery_words import refusal
from shucheng.bays.data.queries.permitting import thing_of
from shucheng.bays.data.queries.views_of_products import Shown, shown, terms_of
from shucheng.kernel.public import Actor, Forbidden, Invalid, action, prepared, record
from shucheng.lib import duck

FORMS = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
MOST_ROWS, MOST_SIZE = 500_000, 200_000_000
_LEAKED_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class File:
    name: str
    kind: str
    content: bytes


def deliver_file(code: str, token: str, purpose: str, form: str) -> tuple[str, File]:
    """The product as a file. Raises `ShuchengError`, among them `table-too-small`: a mark was
    agreed that would not be found again in it."""

    def work(admitted: Admitted) -> Answered:
        if form not in FORMS:
            raise Refused("request-invalid", "form")
        view = shown(admitted.agreement)
        rows = _rows(view, admitted.reserved.rows)
        if view.terms.marking is not None:
            rows = _marked(rows, view, admitted.agreement)
        content = _written(rows, view, form)
        if len(content) > admitted.reserved.size:
            raise Refused("answer-too-large")
        name = f"{thing_of(admitted.agreement)}.{form}"
        made = digest(delivery_ring(), content)
        return Answered(File(name, FORMS[form], content), len(rows), len(content), made)

    return deliver(code, "download", purpose, token, work, rows=MOST_ROWS, size=MOST_SIZE)


def _rows(view: Shown, most: int) -> list[dict[str, Any]]:
    with view.connection.cursor() as cursor:
        try:
            cursor.execute(f"SELECT * FROM {quoted(view.view.name)}")  # noqa: S608
            rows = cursor.fetchmany(most + 1)
        except duckdb.Error as error:
            raise Refused("query-failed", type(error).__name__) from None
    if len(rows) > most:
        raise Refused("answer-too-large")
    return [dict(zip(view.view.columns, row, strict=True)) for row in rows]


def _marked(rows: list[dict[str, Any]], view: Shown, agreement: Agreement) -> list[dict[str, Any]]:
    marking = view.terms.marking
    if marking is None or {*marking.key, *marking.steps} - set(view.view.columns):
        raise Refused("terms-unusable", "marking")
    return watermark.mark(rows, marking, agreement.code, _secret(agreement))


def _secret(agreement: Agreement) -> bytes:
    """One for all who get the product: whose mark it is shows only by comparing them."""
    return lasting_secret("mark", thing_of(agreement).code)


def _written(rows: Sequence[Mapping[str, Any]], view: Shown, form: str) -> bytes:
    out = io.StringIO(newline="")
    names = list(view.view.columns)
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([row[name] for name in names] for row in rows)
    content = out.getvalue().encode()
    return content if form == "csv" else _parquet(content, view)


def _parquet(content: bytes, view: Shown) -> bytes:
    """The same rows with their types. Empty texts and nothing at all are one in it, as in CSV."""
    with tempfile.TemporaryDirectory(prefix="shucheng-download-") as folder:
        source, target = Path(folder) / "rows.csv", Path(folder) / "rows.parquet"
        source.write_bytes(content)
        described = view.connection.cursor().execute(f"DESCRIBE {quoted(view.view.name)}")
        types = ", ".join(f"{text(name)}: {text(kind)}" for name, kind, *_ in described.fetchall())
        connection = duck.connect(threads=1, memory="512MB")
        try:
            connection.execute(
                f"COPY (SELECT * FROM read_csv({text(str(source))}, header = true, "  # noqa: S608
                f"delim = ',', quote = '\"', escape = '\"', columns = {{{types}}})) "
                f"TO {text(str(target))} (FORMAT parquet, COMPRESSION zstd)"
            )
        finally:
            connection.close()
        return target.read_bytes()


@dataclass(frozen=True, slots=True)
class Carrier:
    """Whose mark was found: the agreement, or none."""

    agreement: Agreement | None
    marks: int
    agree: int
    chance: float
    compared: int


@prepared
def find_mark(code: str, name: str, content: bytes, *, actor: Actor) -> Carrier:
    """Whose mark a part of the agreement's product carries (CSV or Parquet, columns by their
    names), of all agreements on that product. For who governs, the holder and the maker: never a
    buyer, who would learn how its mark is found. The file is compared in no transaction."""
    agreement = _sought(code, actor)
    product = agreement.order.offer.product
    try:
        marking = terms_of(agreement).marking
    except Refused as refused:
        raise refusal(refused) from None
    if marking is None:
        raise Invalid(
            "delivery.no-mark",
            _("No mark was agreed for this product."),
            _("A mark is agreed in the offer: key columns, and columns that may be off a little."),
        )
    rows = _leaked(name, content, marking)
    others = [
        each
        for each in deliveries_seen(actor).filter(order__offer__product__code=product.code)
        if each.shows.get("marking") == agreement.shows.get("marking")
    ]
    found = watermark.find(rows, marking, [each.code for each in others], _secret(agreement))
    carrier = next((each for each in others if each.code == found.recipient), None)
    _note_search(code, found, actor=actor)
    return Carrier(carrier, found.marks, found.agree, found.chance, len(others))


@action
def _note_search(code: str, found: watermark.Found, *, actor: Actor) -> None:
    """Who sought whose mark; nobody learns what is not on record."""
    agreement, told = _sought(code, actor), found.recipient or ""
    leave_evidence("delivery.mark_sought", code, found=told, marks=found.marks, agree=found.agree)
    record(
        "data.delivery.mark_sought",
        agreement,
        actor=actor,
        after={"agreement": code, "found": told, "marks": found.marks},
    )


def _sought(code: str, actor: Actor) -> Agreement:
    agreement = find_delivery(code, actor=actor)
    if not may_seek_mark(agreement, actor):
        raise Forbidden("data.govern")
    return agreement


def _leaked(name: str, content: bytes, marking: watermark.Marking) -> list[dict[str, Any]]:
    """The rows of a file, numbers read as such, what is none left out."""
    wanted = [*marking.key, *marking.steps]
    with tempfile.TemporaryDirectory(prefix="shucheng-leaked-") as folder:
        file = Path(folder) / "leaked"
        file.write_bytes(content)
        reader = "read_parquet" if name.lower().endswith(".parquet") else "read_csv"
        options = ", all_varchar = true, ignore_errors = true" if reader == "read_csv" else ""
        connection = duck.connect(threads=1, memory="512MB")
        try:
            columns = ", ".join(f"CAST({quoted(each)} AS VARCHAR)" for each in wanted)
            rows = connection.execute(
                f"SELECT {columns} FROM {reader}({text(str(file))}{options}) "  # noqa: S608
                f"LIMIT {_LEAKED_ROWS}"
            ).fetchall()
        except duckdb.Error:
            raise Invalid(
                "delivery.leaked-unreadable",
                _("The file cannot be read, or lacks a column of the mark."),
                _("Send CSV or Parquet with the columns as they were delivered."),
                {"file": str(_("The file cannot be read, or lacks a column of the mark."))},
            ) from None
        finally:
            connection.close()
    return [
        {
            name: value if name in marking.key else _number(value)
            for name, value in zip(wanted, row, strict=True)
        }
        for row in rows
    ]


def _number(value: str | None) -> Decimal | None:
    try:
        number = Decimal(value) if value is not None else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None
