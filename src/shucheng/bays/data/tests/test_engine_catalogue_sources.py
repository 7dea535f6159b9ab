"""Databases, files and interfaces tell what they hold: nothing is copied, changed or given away."""

import json
import sqlite3
import traceback
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook as NewWorkbook
from tests.postgres import create_database, start_cluster

from shucheng.bays.data.engine.catalogue.model import Field, words
from shucheng.bays.data.engine.catalogue.sources.files import CsvFile, ParquetFile, Workbook
from shucheng.bays.data.engine.catalogue.sources.model import (
    FAILURES,
    MOST_SAMPLES,
    SourceFailed,
    type_of,
)
from shucheng.bays.data.engine.catalogue.sources.openapi import OpenApi
from shucheng.bays.data.engine.catalogue.sources.postgres import Postgres
from shucheng.bays.data.engine.catalogue.sources.sqlite import Sqlite

SCHEMA = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE firms (code text, year int, name varchar(100) NOT NULL, income numeric(18, 2),
    opened date, changed timestamptz, feeling mood, tags text[], PRIMARY KEY (code, year));
COMMENT ON TABLE firms IS '企业';
COMMENT ON COLUMN firms.code IS '统一社会信用代码';
CREATE SCHEMA "odd ""one";
CREATE TABLE "odd ""one"."a.b" (id int);
CREATE TABLE parts (day date, v int) PARTITION BY RANGE (day);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE hidden (secret text);
CREATE TABLE half (shown int, hidden text);
CREATE VIEW slow AS SELECT pg_sleep(30)::text AS nap;
INSERT INTO firms SELECT 'c' || n, 2025, '企业' || n, n FROM generate_series(1, 5000) n;
INSERT INTO parts SELECT '2024-06-01', n FROM generate_series(1, 30) n;
INSERT INTO parts SELECT '2025-06-01', n FROM generate_series(1, 12) n;
CREATE ROLE reader LOGIN PASSWORD 'hunter2-secret';
GRANT USAGE ON SCHEMA "odd ""one" TO reader;
GRANT SELECT ON firms, parts, slow, "odd ""one"."a.b" TO reader;
GRANT SELECT (shown) ON half TO reader;
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with start_cluster() as server:
        url = create_database(server, "source")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(SCHEMA)
            connection.execute("ANALYZE firms")
            connection.execute("ANALYZE parts")
        yield url.replace("shucheng@", "reader:hunter2-secret@")


def test_a_database_tells_tables_comments_keys_types_and_about_how_many_rows(address: str) -> None:
    described = Postgres(address).describe()
    firms = described.table("public.firms")
    assert (firms.comment, firms.rows, firms.exact) == ("企业", 5000, False)
    assert firms.size is not None
    assert firms.size > 100_000
    assert firms.fields[0] == Field(
        "code", "", "string", "统一社会信用代码", nullable=False, key=True
    )
    kinds = {field.name: field.type for field in firms.fields}
    assert kinds == {
        "code": "string", "year": "integer", "name": "string", "income": "decimal",
        "opened": "date", "changed": "datetime", "feeling": "string", "tags": "json",
    }  # fmt: skip
    assert [field.name for field in firms.fields if field.key] == ["code", "year"]
    assert [field.name for field in firms.fields if not field.nullable] == ["code", "year", "name"]


def test_a_partitioned_table_is_one_table_with_the_rows_of_its_parts(address: str) -> None:
    names = {each.name: each.rows for each in Postgres(address).describe().tables}
    assert names["public.parts"] == 42
    assert "public.parts_1" not in names


def test_a_table_that_was_never_counted_says_so(address: str) -> None:
    assert Postgres(address).describe().table('odd "one.a.b').rows is None


def test_what_the_login_may_not_read_is_not_listed_and_not_read(address: str) -> None:
    source = Postgres(address)
    described = source.describe()
    assert "public.hidden" not in {each.name for each in described.tables}
    assert [field.name for field in described.table("public.half").fields] == ["shown"]
    for table, column in (("public.hidden", "secret"), ("public.half", "hidden")):
        with pytest.raises(SourceFailed, match="source-denied"):
            source.samples(table, column)


def test_samples_are_few_and_in_no_repr(address: str) -> None:
    samples = Postgres(address).samples("public.firms", "name", 7)
    assert len(samples.values) == 7
    assert str(samples.values[0]).startswith("企业")
    assert "企业" not in repr(samples)
    assert len(Postgres(address).samples("public.firms", "name", 10**9).values) == MOST_SAMPLES


@pytest.mark.parametrize("column", ["name; DROP TABLE firms", 'name" FROM firms; --', "no"])
def test_a_column_is_a_name_whatever_it_holds(address: str, column: str) -> None:
    with pytest.raises(SourceFailed, match="source-unknown-column"):
        Postgres(address).samples("public.firms", column)


def test_a_session_cannot_write_even_for_a_login_that_could(address: str) -> None:
    owner = address.replace("reader:hunter2-secret@", "shucheng@")
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE marks (n int)")
        connection.execute(
            "CREATE FUNCTION mark() RETURNS int LANGUAGE plpgsql AS "
            "$$ BEGIN INSERT INTO public.marks VALUES (1); RETURN 1; END $$"
        )
        connection.execute("CREATE VIEW writing AS SELECT mark() AS n")
        with pytest.raises(SourceFailed):
            Postgres(owner).samples("public.writing", "n")
        assert connection.execute("SELECT count(*) FROM marks").fetchone() == (0,)


def test_a_statement_that_takes_too_long_is_stopped(address: str) -> None:
    with pytest.raises(SourceFailed, match="source-too-slow"):
        Postgres(address, seconds=1).samples("public.slow", "nap")


@pytest.mark.parametrize(
    "change",
    [
        ("/source", "/nosuch"),
        ("reader:", "nobody:"),
        ("127.0.0.1", "127.0.0.2"),
        ("postgresql://", "postgresql://x:y@[:"),
        ("/source", "/source?options=-c%20default_transaction_read_only%3Doff"),
    ],
)
def test_no_password_is_in_an_error_its_trace_or_a_repr(
    address: str, change: tuple[str, str]
) -> None:
    source = Postgres(address.replace(*change))
    with pytest.raises(SourceFailed) as caught:
        source.describe()
    said = "".join(traceback.format_exception(caught.value)) + str(caught.value) + repr(source)
    assert caught.value.code == "source-unreachable"
    assert "hunter2" not in said.replace(address, "")
    assert "127.0.0" not in said


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    path = tmp_path / "a ?b#.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE firms (code TEXT PRIMARY KEY, name VARCHAR(10) NOT NULL, v, n DOUBLE);"
            "INSERT INTO firms VALUES ('c1', '甲', 1, 2.5), ('c2', '乙', NULL, 1);"
            "CREATE TABLE uncounted (id INTEGER); CREATE INDEX i ON firms (name); ANALYZE;"
            "CREATE VIEW names AS SELECT name FROM firms;"
            "CREATE VIEW endless AS WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t)"
            " SELECT max(n) AS n FROM t;"
        )
    connection.close()
    return path


def test_a_sqlite_file_tells_its_tables_and_what_analyze_counted(sqlite_file: Path) -> None:
    described = Sqlite(sqlite_file).describe()
    firms = described.table("firms")
    assert firms.rows == 2
    assert described.table("uncounted").rows is None
    assert firms.fields == (
        Field("code", "", "string", "", nullable=False, key=True),
        Field("name", "", "string", "", nullable=False),
        Field("v", "", "other"),
        Field("n", "", "number"),
    )
    assert "names" in {each.name for each in described.tables}
    samples = Sqlite(sqlite_file).samples("firms", "name")
    assert set(samples.values) == {"甲", "乙"}
    assert "甲" not in repr(samples)


def test_a_sqlite_file_is_not_made_not_changed_and_not_run_for_ever(
    sqlite_file: Path, tmp_path: Path
) -> None:
    before = sqlite_file.read_bytes()
    with pytest.raises(SourceFailed, match="source-unreachable"):
        Sqlite(tmp_path / "none.sqlite").describe()
    assert not (tmp_path / "none.sqlite").exists()
    with pytest.raises(SourceFailed):
        Sqlite(sqlite_file).samples("endless", "n")
    with pytest.raises(SourceFailed, match="source-unknown-column"):
        Sqlite(sqlite_file).samples("firms", "no such column")
    assert sqlite_file.read_bytes() == before
    (tmp_path / "text.sqlite").write_text("not a database at all, but long enough to be read")
    with pytest.raises(SourceFailed, match="source-unreadable"):
        Sqlite(tmp_path / "text.sqlite").describe()


ROWS = "代码,名称,金额,日期\n001,甲公司,12.5,2025-01-01\n002,乙公司,8,2025-02-01\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_in_any_usual_encoding_tells_its_columns(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "企业's.csv"
    path.write_bytes((ROWS + "003,丙公司,1,2025-03-01\n" * 60_000).encode(encoding))
    (table,) = CsvFile(path).describe().tables
    assert [(f.name, f.type) for f in table.fields] == [
        ("代码", "string"),
        ("名称", "string"),
        ("金额", "number"),
        ("日期", "date"),
    ]
    assert (table.rows, table.size) == (None, path.stat().st_size)
    samples = CsvFile(path).samples("企业's", "名称", 2)
    assert samples.values == ("甲公司", "乙公司")
    assert "公司" not in repr(samples)


def test_a_parquet_file_counts_its_rows_itself(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    duckdb.sql(
        "SELECT range AS id, 'x' || range AS name, [1] AS many FROM range(1234)"
    ).write_parquet(str(path))
    (table,) = ParquetFile(path).describe().tables
    assert (table.rows, table.exact) == (1234, True)
    assert [f.type for f in table.fields] == ["integer", "string", "json"]
    assert ParquetFile(path).samples("t", "name", 1).values == ("x0",)


def test_each_sheet_of_a_workbook_is_a_table(tmp_path: Path) -> None:
    book, path = NewWorkbook(), tmp_path / "t.xlsx"
    book.active.title = "企业"
    for row in ([], ["代码", "名称", "日期"], ["a", 1, date(2025, 1, 1)], ["b", 2.5, None]):
        book.active.append(row)
    book.create_sheet("空")
    book.save(path)
    (table,) = Workbook(path).describe().tables
    assert (table.name, table.rows) == ("企业", 2)
    assert [(f.name, f.type) for f in table.fields] == [
        ("代码", "string"), ("名称", "number"), ("日期", "date"),
    ]  # fmt: skip
    assert Workbook(path).samples("企业", "代码").values == ("a", "b")
    with pytest.raises(SourceFailed, match="source-unknown-column"):
        Workbook(path).samples("企业", "无")


@pytest.mark.parametrize("kind", [CsvFile, ParquetFile, Workbook])
def test_a_file_that_is_not_what_it_says_or_not_there_is_told_by_a_code(
    tmp_path: Path, kind: type
) -> None:
    with pytest.raises(SourceFailed, match="source-unreachable"):
        kind(tmp_path / "none").describe()
    bad = tmp_path / "bad"
    bad.write_bytes(b"\0\1\2 13912345678" * 10)
    with pytest.raises(SourceFailed, match="source-unreadable") as caught:
        kind(bad).describe()
    assert "139" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.message
    assert caught.value.hint
    assert caught.value.code in FAILURES


def test_a_name_that_stands_for_many_files_reads_none(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(ROWS)
    (tmp_path / "o*.csv").write_text(ROWS)
    with pytest.raises(SourceFailed, match="source-name"):
        CsvFile(tmp_path / "o*.csv").describe()


OPENAPI = {
    "openapi": "3.1.0",
    "paths": {
        "/firms": {
            "get": {
                "operationId": "listFirms",
                "summary": "企业列表",
                "responses": {
                    "400": {"description": "no"},
                    "200": {"$ref": "#/components/responses/Page"},
                },
            }
        },
        "/ping": {"get": {"responses": {"204": {"description": "nothing"}}}},
    },
    "components": {
        "responses": {
            "Page": {
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Page"}}
                }
            }
        },
        "schemas": {
            "Page": {
                "type": "object",
                "required": ["total", "data"],
                "properties": {
                    "total": {"type": "integer"},
                    "data": {"type": "array", "items": {"$ref": "#/components/schemas/Firm"}},
                },
            },
            "Base": {
                "properties": {"id": {"type": "string", "description": "代码"}},
                "required": ["id"],
            },
            "Firm": {
                "allOf": [{"$ref": "#/components/schemas/Base"}],
                "properties": {
                    "opened": {"type": ["string", "null"], "format": "date"},
                    "parent": {"$ref": "#/components/schemas/Firm"},
                    "outside": {"$ref": "https://evil.example/schema.json"},
                    "state": {"oneOf": [{"type": "null"}, {"enum": ["open", "closed"]}]},
                },
            },
        },
    },
}  # fmt: skip


def test_an_interface_tells_the_fields_of_its_answers() -> None:
    described = OpenApi(json.dumps(OPENAPI)).describe()
    (table,) = described.tables
    assert (table.name, table.comment) == ("listFirms", "企业列表")
    assert table.fields == (
        Field("total", "", "integer", "", nullable=False),
        Field("data[].id", "", "string", "代码", nullable=False),
        Field("data[].opened", "", "date"),
        Field("data[].outside", "", "other"),
        Field("data[].state", "", "string"),
    )
    assert described.notes == ("foreign-reference", "recursive")
    with pytest.raises(SourceFailed, match="source-no-samples"):
        OpenApi(json.dumps(OPENAPI)).samples("listFirms", "total")


def bomb() -> str:
    """Aliases of aliases: nine levels of nine, a thousand million leaves."""
    lines = ["a0: &a0 {type: string}"]
    for n in range(1, 10):
        inside = ", ".join(f"p{i}: *a{n - 1}" for i in range(9))
        lines.append(f"a{n}: &a{n} {{type: object, properties: {{{inside}}}}}")
    answer = "responses: {'200': {content: {application/json: {schema: *a9}}}}"
    return "\n".join([*lines, "openapi: 3.0.0", f"paths: {{/x: {{get: {{{answer}}}}}}}"])


def doubling() -> str:
    self = {"$ref": "#/components/schemas/A"}
    document = json.loads(json.dumps(OPENAPI))
    document["components"]["schemas"] = {"Page": self, "A": {"allOf": [self] * 50}}
    return json.dumps(document)


@pytest.mark.parametrize("text", [bomb(), doubling()])
def test_a_document_that_grows_without_end_is_cut(text: str) -> None:
    described = OpenApi(text).describe()
    assert set(described.notes) & {"cut", "recursive"}
    assert sum(len(each.fields) for each in described.tables) <= 20_000


@pytest.mark.parametrize(
    "text", ["", "[1]", "swagger: '2.0'", "{", "openapi: 2.0", "a: " + "[" * 5000, "!!python/none"]
)
def test_what_is_no_openapi_3_is_refused(text: str) -> None:
    with pytest.raises(SourceFailed, match="source-unreadable"):
        OpenApi(text).describe()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5)
    | st.sampled_from(["#/paths", "#/components/schemas/A", "string", "object"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["$ref", "type", "properties", "items", "allOf", "oneOf", "required", "content",
             "application/json", "schema", "responses", "200", "get", "A"]
        ), inner, max_size=4),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=200)
@given(json_values, json_values)
def test_any_document_gets_an_answer(paths: object, schemas: object) -> None:
    document = {
        "openapi": "3.0.1",
        "paths": {"/x": {"get": paths}, "/y": paths},
        "components": {"schemas": {"A": schemas}},
    }
    for table in OpenApi(json.dumps(document)).describe().tables:
        assert {field.type for field in table.fields} <= set(words().types)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("character varying(20)", "string"), ("bigint", "integer"), ("HUGEINT", "integer"),
        ("interval", "other"), ("numeric(18,2)", "decimal"), ("double precision", "number"),
        ("timestamp with time zone", "datetime"), ("time without time zone", "time"),
        ("date", "date"), ("bytea", "binary"), ("jsonb", "json"), ("integer[]", "json"),
        ("STRUCT(a INTEGER)", "json"), ("", "other"), ("boolean", "boolean"), ("point", "other"),
    ],
)  # fmt: skip
def test_types_of_sources_are_told_in_few_words(said: str, kind: str) -> None:
    assert type_of(said) == kind
