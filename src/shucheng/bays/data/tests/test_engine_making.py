"""Rows of a department's PostgreSQL table become a product, and no error tells what is in them."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import duckdb
import psycopg
import pytest
from tests.postgres import start_cluster

from shucheng.bays.data.engine import reading
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.engine.making import make, table_name
from shucheng.bays.data.engine.reading import FileInput, TableInput

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def firms() -> Iterator[TableInput]:
    with start_cluster() as url:
        with psycopg.connect(url) as database:
            database.execute("CREATE SCHEMA s")
            database.execute(
                'CREATE TABLE s."企业" (code text, area char(6), staff int, paid numeric(12, 2),'
                " opened date, seen timestamptz, tags jsonb)"
            )
            database.execute(
                "INSERT INTO s.\"企业\" SELECT 'C' || n, 320901 + n % 2, n, n / 4.0,"
                " DATE '2020-01-01' + n, now(), '{\"a\": 1}' FROM generate_series(1, 12000) n"
            )
        parts = urlsplit(url)
        yield TableInput(f"{parts.hostname}:{parts.port}/postgres", "shucheng", "se-cret", "s.企业")


def test_a_table_is_read_whole_with_its_types(firms: TableInput):
    sql = "SELECT area, count(*) AS n, sum(paid) AS paid, max(opened) AS last FROM f GROUP BY area"
    made = make(sql, {"f": firms})
    assert (made.rows, made.inputs["f"].rows) == (2, 12_000)
    kinds = dict(made.inputs["f"].columns)
    assert (kinds["staff"], kinds["opened"], kinds["paid"]) == ("BIGINT", "DATE", "DECIMAL(38,6)")
    again = make("SELECT count(*) AS n FROM f", {"f": firms}, {"f": ["area"]})
    assert [name for name, _kind in again.inputs["f"].columns] == ["area"]


def test_the_digest_follows_the_rows_and_not_their_order(tmp_path, firms: TableInput):
    def digest(order: str) -> str:
        path = tmp_path / f"{order}.parquet"
        duckdb.sql(f"COPY (SELECT range AS n FROM range(9) ORDER BY n {order}) TO '{path}'")  # noqa: S608
        return make("SELECT n FROM t", {"t": FileInput(path, "parquet")}).inputs["t"].digest

    assert digest("ASC") == digest("DESC")
    assert len(digest("ASC")) == 64


@pytest.mark.parametrize(
    "source",
    [
        TableInput("127.0.0.1:1/none", "u", "se-cret", "t"),
        TableInput("127.0.0.1:1/none'; --", "u", "se-cret", 'a"b'),
    ],
)
def test_an_unreachable_source_tells_no_credentials(source: TableInput):
    with pytest.raises(Refused) as refused:
        make("SELECT 1 AS n FROM t", {"t": source})
    assert refused.value.code == "input-unreadable"
    assert "se-cret" not in str(refused.value)
    assert "se-cret" not in repr(source)
    assert refused.value.__cause__ is None


def test_an_input_that_is_too_large_is_not_taken_in_part(firms: TableInput):
    with pytest.raises(Refused) as refused:
        make("SELECT count(*) AS n FROM f", {"f": firms}, most_rows=100)
    assert refused.value.code == "input-too-large"


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [("MOST_TEXT", 1000, "input-too-large"), ("READ_SECONDS", 0, "input-too-slow")],
)
def test_a_table_is_read_within_limits_of_text_and_time(
    firms: TableInput, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, code: str
):
    monkeypatch.setattr(reading, limit, value)
    with pytest.raises(Refused) as refused:
        make("SELECT count(*) AS n FROM f", {"f": firms})
    assert refused.value.code == code


def test_nothing_is_written_where_the_rows_lie(firms: TableInput):
    """Not even by what stands in the department's own view."""
    address = f"postgresql://shucheng@{firms.address}"
    with psycopg.connect(address) as database:
        database.execute("CREATE TABLE s.log (n int)")
        database.execute(
            "CREATE FUNCTION s.note() RETURNS int LANGUAGE sql VOLATILE AS"
            " 'INSERT INTO s.log VALUES (1) RETURNING n'"
        )
        database.execute("CREATE VIEW s.seen AS SELECT s.note() AS n")
    with pytest.raises(Refused) as refused:
        make("SELECT n FROM f", {"f": replace(firms, table="s.seen")})
    assert refused.value.code == "input-unreadable"
    with psycopg.connect(address) as database:
        assert database.execute("SELECT count(*) FROM s.log").fetchone() == (0,)


def test_no_rows_make_no_product(firms: TableInput):
    with pytest.raises(Refused) as refused:
        make("SELECT code FROM f WHERE staff < 0", {"f": firms})
    assert refused.value.code == "nothing-made"


def test_names_of_inputs_are_names_of_tables():
    assert table_name("RES-2026-000001") == "res_2026_000001"
