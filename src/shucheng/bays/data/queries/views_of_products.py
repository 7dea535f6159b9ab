"""A product as an agreement shows it: a view over its content, kept in one DuckDB connection of the
process until the agreement stops or another content stands there."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import duckdb

from shucheng.bays.data.engine.delivery import terms as terms_
from shucheng.bays.data.engine.delivery.governed import View, define_view
from shucheng.bays.data.engine.delivery.model import Refused, quoted, text
from shucheng.bays.data.engine.delivery.policy import PolicyInvalid, select
from shucheng.bays.data.models.market import Agreement
from shucheng.bays.data.queries.delivery_keys import lasting_secret
from shucheng.lib import duck

_MOST = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """`source`: SQL of the whole product, `select`: of what the agreement shows of it."""

    connection: duckdb.DuckDBPyConnection
    view: View
    terms: terms_.Terms
    source: str
    select: str


_KEPT: OrderedDict[str, tuple[str, Shown]] = OrderedDict()
_TURN = Lock()
_DATABASE: list[duckdb.DuckDBPyConnection] = []


def shown(agreement: Agreement) -> Shown:
    """Raises `Refused` (`no-data`, `terms-unusable`)."""
    content = agreement.order.offer.product.data
    if content is None:
        raise Refused("no-data")
    version = f"{agreement.pk} {agreement.recorded_at} {content.sha256}"
    with _TURN:
        kept = _KEPT.get(agreement.code)
        if kept is None or kept[0] != version:
            _drop(agreement.code)
            kept = _KEPT[agreement.code] = (version, _define(agreement))
        _KEPT.move_to_end(agreement.code)
        while len(_KEPT) > _MOST:
            _drop(next(iter(_KEPT)))
    # Checked on each call as often as the file changes on disk.
    content.in_place()
    return kept[1]


def forget(code: str) -> None:
    """What stopped is not kept ready."""
    with _TURN:
        _drop(code)


def terms_of(agreement: Agreement) -> terms_.Terms:
    """Raises `Refused` (`terms-unusable`)."""
    try:
        return terms_.read(agreement.shows, lasting_secret("mask", agreement.code))
    except PolicyInvalid as error:
        raise Refused("terms-unusable", error.about) from None


def source_of(agreement: Agreement) -> str:
    """SQL of the product's content, wherever it lies. Raises `Refused` (`no-data`)."""
    content = agreement.order.offer.product.data
    if content is None:
        raise Refused("no-data")
    try:
        return f"read_parquet({text(str(content.in_place()))})"
    except OSError:
        raise Refused("no-data") from None


def _define(agreement: Agreement) -> Shown:
    terms, source = terms_of(agreement), source_of(agreement)
    if not _DATABASE:
        _DATABASE.append(duck.connect(threads=2, memory="512MB"))
    connection = _DATABASE[0]
    parameters = {"area": agreement.order.area, "buyer": agreement.order.buyer.code}
    try:
        read = connection.execute(f"SELECT * FROM {source} LIMIT 0").description or []  # noqa: S608
        columns = [each[0] for each in read]
        view = define_view(connection, agreement.code, terms.policy, source, columns, parameters)
        return Shown(
            connection, view, terms, source, select(terms.policy, source, columns, parameters)
        )
    except PolicyInvalid as error:
        raise Refused("terms-unusable", error.about) from None
    except duckdb.Error as error:
        raise Refused("no-data", type(error).__name__) from None


def _drop(code: str) -> None:
    kept = _KEPT.pop(code, None)
    if kept is not None:
        for name in (code, f"{code} rows"):
            kept[1].connection.execute(f"DROP VIEW IF EXISTS {quoted(name)}")
