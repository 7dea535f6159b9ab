"""A dry run: a file is read, understood and checked; its good rows wait in a Parquet file.

Nothing is written anywhere else. `rows.parquet` has `number` (from 0, in the order of the file),
sheet and line of the file, the columns of a batch (`batches.BATCH_COLUMNS`) and `change` (new,
changed, unchanged); `honours.parquet` the honours told in the register's columns; `errors.parquet`
every error. The same file, mapping and options give the same rows.
"""

# ruff: noqa: S608 - the names in SQL are this package's own

from collections.abc import Iterable
from collections.abc import Mapping as Data
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from . import cells
from .fields import MONTH, Field, ImportRefused, fields
from .mapping import HEADER_WITHIN, Mapping, plain
from .report import Count, Report, RowError, letters
from .rows import KEYS, differences, make_before, make_good, quoted, unsaid, write_rows
from .rules import Rule, rules, warnings
from .source import Source, read

ROWS, HONOURS = "rows.parquet", "honours.parquet"
ERRORS, WARNINGS = "errors.parquet", "warnings.parquet"
FIRST_ERRORS = 1_000


@dataclass(frozen=True, slots=True)
class Options:
    """What the file does not say. `month`: the period of returns, or since when the register's
    facts hold, where no cell does (yyyymm). `until`: the newest month that returns can be of.
    `recorded`: the batch's number. `areas`: codes by
    the names a file may use. `existing`: Parquet files of earlier batches to compare with.
    `register`: files of the register; given, a firm that is in none of them is an error.
    `elsewhere`: files of firms; given, one that is in them is."""

    month: int | None = None
    until: int | None = None
    recorded: int = 0
    areas: Data[str, str] | None = None
    existing: tuple[Path, ...] = ()
    register: tuple[Path, ...] | None = None
    elsewhere: tuple[Path, ...] = ()
    first_errors: int = FIRST_ERRORS


def stage(path: Path, mapping: Mapping, folder: Path, options: Options | None = None) -> Report:
    """Read and check `path` by a confirmed mapping; the three Parquet files go to `folder`.

    Raises `ImportRefused` when the file cannot be read, no sheet has the mapping's headings, or a
    required field has neither a column nor an option.
    """
    options = options or Options()
    Mapping.from_data(mapping.to_data())
    chosen = _chosen(mapping, options)
    with closing(_connect(folder)) as connection:
        source = read(connection, path, folder)
        areas = options.areas or {}
        connection.execute("SET VARIABLE areas = map(?::VARCHAR[], ?::VARCHAR[])",
                           [list(areas), list(areas.values())])  # fmt: skip
        connection.execute("SET VARIABLE area_codes = ?::VARCHAR[]", [sorted(set(areas.values()))])
        places = _places(connection, mapping, source)
        _make_text(connection, mapping, places)
        if options.register is not None:
            _make_firms(connection, "registered", options.register)
        _make_firms(connection, "elsewhere", options.elsewhere)
        checks = rules(
            mapping.table,
            chosen,
            areas=bool(areas),
            month=options.month is not None,
            until=options.until,
            registered=options.register is not None,
            elsewhere=bool(options.elsewhere),
        )
        _make_typed(connection, mapping, chosen, checks, options)
        _make_repeats(connection, mapping.table)
        make_good(connection, mapping.table, options.existing, options.recorded)
        make_before(connection, mapping.table)
        changes = write_rows(connection, mapping.table, folder / ROWS)
        honours = _write_honours(connection, chosen, folder / HONOURS, options)
        counts = _write_errors(connection, mapping.table, checks, folder / ERRORS)
        warned = _write_warnings(connection, warnings(chosen), folder / WARNINGS)
        (total,) = connection.execute("SELECT count(*) FROM text").fetchone() or (0,)
        good = sum(changes.values())

        def first(name: str) -> tuple[RowError, ...]:
            path = folder / name
            if not path.exists():
                return ()
            return _first_errors(connection, path, mapping, places, source, options)

        return Report(
            table=mapping.table,
            file_digest=source.digest,
            mapping_digest=mapping.digest,
            rows=total,
            good=good,
            bad=total - good,
            changes=changes,
            counts=counts,
            errors=first(ERRORS),
            sheets_left_out=tuple(
                name for at, name in enumerate(source.sheets) if at not in places
            ),
            honours=honours,
            warned=warned,
            warnings=tuple(replace(each, warning=True) for each in first(WARNINGS)),
            differences=differences(connection, mapping.table, source.sheets),
            unsaid=unsaid(connection),
        )


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={"threads": 2, "memory_limit": "1GB", "temp_directory": str(folder / "spilled")}
    )
    connection.execute("SET enable_progress_bar = false")
    return connection


def _chosen(mapping: Mapping, options: Options) -> list[Field]:
    known = fields(mapping.table)
    chosen = [known[each.field] for each in mapping.columns]
    has = {field.name for field in chosen}
    month = MONTH.get(mapping.table)
    missing = {field.name for field in known.values() if field.required} - has - {month}
    if month and month not in has and options.month is None:
        missing.add(month)
    if missing:
        raise ImportRefused("fields-missing", fields=", ".join(sorted(missing)))
    return chosen


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a sheet's headings are: the line, and the column of each field."""

    line: int
    columns: dict[str, int]


def _places(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, source: Source
) -> dict[int, _Place]:
    """By sheet; sheets without all the headings are left out."""
    rows = connection.execute(
        "SELECT * FROM raw WHERE line <= ? ORDER BY sheet, line", [HEADER_WITHIN]
    ).fetchall()
    places: dict[int, _Place] = {}
    for sheet, line, *texts in rows:
        exact = [(text or "").strip() for text in texts]
        loose = [plain(text) for text in exact]
        found = {}
        for each in mapping.columns:
            if each.heading in exact:
                found[each.field] = exact.index(each.heading)
            elif loose.count(plain(each.heading)) == 1 and each.factor == "1":
                found[each.field] = loose.index(plain(each.heading))
        if sheet not in places and len(found) == len(mapping.columns):
            places[sheet] = _Place(line, found)
    if not places:
        raise ImportRefused("headings-missing", headings=mapping.columns[0].heading)
    return places


def _make_text(
    connection: duckdb.DuckDBPyConnection, mapping: Mapping, places: dict[int, _Place]
) -> None:
    """The table `text`: the mapped cells as normalised text, rows without any left out."""
    names = [each.field for each in mapping.columns]
    parts = []
    for sheet, place in places.items():
        texts = [f"c{at} AS t_{name}" for name, at in place.columns.items()]
        parts.append(
            f"SELECT sheet, line, {', '.join(texts)} FROM raw"
            f" WHERE sheet = {sheet} AND line > {place.line}"
        )
    texts = [f"{cells.said(f't_{name}')} AS t_{name}" for name in names]
    union = " UNION ALL BY NAME ".join(parts)
    half = cells.half_width([f"t_{name}" for name in names], "sheet, line", union)
    something = " OR ".join(f"t_{name} IS NOT NULL" for name in names)
    connection.execute(f"""
        CREATE TEMP TABLE text AS
        SELECT row_number() OVER () AS seq, * FROM (
            SELECT sheet, line, {", ".join(texts)} FROM ({half})
        ) WHERE {something}
    """)
    connection.execute("DROP TABLE raw")


def _make_typed(
    connection: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    chosen: list[Field],
    checks: list[Rule],
    options: Options,
) -> None:
    """The table `typed`: the values, and as bits which rules a row breaks."""
    factors = {each.field: each.factor for each in mapping.columns}
    values = [
        f"{cells.typed(field.kind, f't_{field.name}', factors[field.name])} AS {field.name}"
        for field in chosen
    ]
    names = {field.name for field in chosen}
    month = MONTH.get(mapping.table)
    if month and month not in names:
        values.append(f"{int(options.month or 0)} AS {month}")
    elif month and options.month is not None:
        at = [field.name for field in chosen].index(month)
        told = values[at].removesuffix(f" AS {month}")
        beside = f"CASE WHEN t_{month} IS NULL THEN {int(options.month)} ELSE {told} END"
        values[at] = f"{beside} AS {month}"
    bits = " + ".join(
        f"CASE WHEN {rule.wrong} THEN {1 << at}::BIGINT ELSE 0 END"
        for at, rule in enumerate(checks)
    )
    kept = [*sorted(names), *([month] if month else [])]
    kept += [
        f"{cells.has_honour(f't_{field.name}', field.name)} AS has_{field.name}"
        for field in chosen
        if field.kind == "honour"
    ]
    connection.execute(f"""
        CREATE TEMP TABLE typed AS
        SELECT seq, sheet, line, {", ".join(dict.fromkeys(kept))}, {bits} AS problems
        FROM (SELECT *, {", ".join(values)} FROM text)
    """)


def _make_repeats(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """The table `repeats`: rows that say again whom another row told of, with the first good one
    of them, which counts. Rows with problems of their own are told so as well."""
    keys = ", ".join(KEYS[table])
    connection.execute(f"""
        CREATE TEMP TABLE repeats AS
        WITH twice AS (
            SELECT {keys}, coalesce(min(seq) FILTER (problems = 0), min(seq)) AS first FROM typed
            GROUP BY {keys} HAVING count(*) > 1
        )
        SELECT seq, first FROM typed JOIN twice USING ({keys}) WHERE seq <> first
    """)


def _make_firms(connection: duckdb.DuckDBPyConnection, name: str, files: tuple[Path, ...]) -> None:
    connection.execute(f"CREATE TEMP TABLE {name} (firm VARCHAR)")
    if files:
        connection.execute(
            f"""INSERT INTO {name}
            SELECT DISTINCT firm FROM read_parquet(?, union_by_name = true)""",
            [[str(each) for each in files]],
        )


def _write_honours(
    connection: duckdb.DuckDBPyConnection, chosen: list[Field], path: Path, options: Options
) -> int:
    """What good rows say of honours: yes since the day the cell names, else since the row's month;
    no in that month. How many are held."""
    month = "make_date(since // 100, since % 100, 1)"
    parts = [
        f"""SELECT firm, '{field.name.removeprefix("honour_")}' AS kind,
            CAST(NULL AS VARCHAR) AS level,
            coalesce({field.name}, {month}) AS since,
            CAST(NULL AS DATE) AS until, false AS withdrawn, has_{field.name} AS holds,
            {int(options.recorded)}::INTEGER AS recorded
        FROM typed
        WHERE problems = 0 AND seq NOT IN (SELECT seq FROM repeats)
            AND has_{field.name} IS NOT NULL"""
        for field in chosen
        if field.kind == "honour"
    ]
    if not parts:
        path.unlink(missing_ok=True)
        return 0
    union = " UNION ALL ".join(parts)
    connection.execute(f"COPY ({union} ORDER BY firm, kind) TO '{quoted(path)}' (FORMAT parquet)")
    said, held = connection.execute(
        "SELECT count(*), count(*) FILTER (holds) FROM read_parquet(?)", [str(path)]
    ).fetchone() or (0, 0)
    if not said:
        path.unlink()
    return int(held)


def _write_errors(
    connection: duckdb.DuckDBPyConnection, table: str, checks: list[Rule], path: Path
) -> tuple[Count, ...]:
    key = KEYS[table][0]
    there = set(connection.table("text").columns)
    parts = [
        f"""SELECT seq, sheet, line, '{rule.field}' AS field,
            {f"t_{rule.field}" if f"t_{rule.field}" in there else "NULL"} AS value,
            '{rule.code}' AS code, CAST(NULL AS BIGINT) AS first
        FROM wrong WHERE problems & {1 << at} <> 0"""
        for at, rule in enumerate(checks)
    ]
    parts.append(f"""
        SELECT text.seq, text.sheet, text.line, '{key}', text.t_{key}, 'row-repeated', told.line
        FROM repeats JOIN text USING (seq) JOIN text AS told ON told.seq = first
    """)
    connection.execute("""
        CREATE TEMP TABLE wrong AS
        SELECT text.*, problems FROM text JOIN typed USING (seq) WHERE problems <> 0
    """)
    return _counted(connection, parts, path)


def _write_warnings(
    connection: duckdb.DuckDBPyConnection, checks: list[Rule], path: Path
) -> tuple[Count, ...]:
    parts = [
        f"""SELECT seq, text.sheet, text.line, '{rule.field}' AS field, t_{rule.field} AS value,
            '{rule.code}' AS code, CAST(NULL AS BIGINT) AS first
        FROM good JOIN text USING (seq) LEFT JOIN before USING (seq) WHERE {rule.wrong}"""
        for rule in checks
    ]
    return _counted(connection, parts, path) if parts else ()


def _counted(
    connection: duckdb.DuckDBPyConnection, parts: list[str], path: Path
) -> tuple[Count, ...]:
    """Write what is told of rows, and count it by code and field."""
    union = " UNION ALL ".join(parts)
    connection.execute(
        f"COPY ({union} ORDER BY seq, field, code) TO '{quoted(path)}' (FORMAT parquet)"
    )
    found = connection.execute(
        "SELECT code, field, count(*) FROM read_parquet(?) GROUP BY ALL ORDER BY 3 DESC, 1, 2",
        [str(path)],
    ).fetchall()
    return tuple(Count(*row) for row in found)


def _first_errors(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    mapping: Mapping,
    places: dict[int, _Place],
    source: Source,
    options: Options,
) -> tuple[RowError, ...]:
    rows: Iterable[tuple[int, int, str, str | None, str, int | None]] = connection.execute(
        """SELECT sheet, line, field, value, code, first FROM read_parquet(?)
        ORDER BY seq, field, code LIMIT ?""",
        [str(path), options.first_errors],
    ).fetchall()
    headings = {each.field: each.heading for each in mapping.columns}
    return tuple(
        RowError(
            source.sheets[sheet],
            line,
            letters(places[sheet].columns[field]) if field in headings else "",
            headings.get(field, ""),
            field,
            value,
            code,
            first,
        )
        for sheet, line, field, value, code, first in rows
    )
