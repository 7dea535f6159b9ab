"""From batches to the tables of micro-data: what the register, honours, facts and returns say by
now.

A batch (批次) is one import, a Parquet file that is never changed; its rows carry its number in the
column `recorded`. A later batch corrects an earlier one: of a firm and the month since which its
facts hold (an honour or a measure and its day, a return and its period) the row recorded last
counts. Facts hold until the month before the next ones; a firm that closed has no span after that.

Two registrations that were found to be one firm (`merges`) are read under one credit code; undone,
they are two again, for no file was touched. Of their facts those told last count, unless a person
chose one of them: the others are `silent`, what they reported and hold stays the firm's. Where one
batch tells of both, the registration that was chosen counts, else the one they are read under.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from . import classification, coefficients, industries, value_added
from . import honours as honours_told
from .classification import small_table
from .frames import COLUMNS, UNTIL, FramesInvalid, connect, drop
from .micro import Micro

BATCH_COLUMNS: dict[str, dict[str, str]] = {
    "register": {
        **{name: kind for name, kind in COLUMNS["register"].items() if name != "until"},
        "address": "VARCHAR",
        "established": "DATE",
        "is_open": "BOOLEAN",
        "recorded": "INTEGER",
    },
    "honours": {
        **COLUMNS["honours"],
        "certificate": "VARCHAR",
        "withdrawn": "BOOLEAN",
        "holds": "BOOLEAN",
        "recorded": "INTEGER",
    },
    "facts": {**COLUMNS["facts"], "recorded": "INTEGER"},
    "returns": COLUMNS["returns"],
}
"""Name and type of every column of a batch's file, by kind."""

_TOLD = {
    "register": f"""
        SELECT * EXCLUDE (next), {UNTIL} AS until
        FROM (
            SELECT *, lead(since) OVER (PARTITION BY firm ORDER BY since) AS next
            FROM (
                SELECT * FROM read_under_one_code
                QUALIFY row_number() OVER (
                    PARTITION BY firm, since ORDER BY recorded DESC, told_of <> firm, told_of
                ) = 1
            )
        )
        WHERE coalesce(is_open, true)
    """,
    "honours": honours_told.TOLD,
    "facts": """
        SELECT * FROM read_under_one_code
        QUALIFY row_number() OVER (
            PARTITION BY firm, item, since ORDER BY recorded DESC, told_of <> firm, told_of
        ) = 1
    """,
}


def open_batches(
    *,
    register: Iterable[Path | str] = (),
    honours: Iterable[Path | str] = (),
    facts: Iterable[Path | str] = (),
    returns: Iterable[Path | str] = (),
    merges: Mapping[str, str] | None = None,
    silent: Iterable[str] = (),
    classes: classification.Classification | None = None,
    shares: Iterable[coefficients.Coefficient] = (),
    rates: value_added.Rates | None = None,
    plan_industries: industries.Industries | None = None,
    threads: int = 2,
    memory: str = "6GB",
) -> Micro:
    """The door for whoever keeps batches: like `micro.open_micro`, from what batches told."""
    connection = connect(threads=threads, memory=memory)
    read_batches(
        connection,
        register=register,
        honours=honours,
        facts=facts,
        returns=returns,
        merges=merges,
        silent=silent,
    )
    micro = Micro(
        connection,
        classes or classification.shipped(),
        rates or value_added.shipped(),
        plan_industries or industries.shipped(),
        tuple(shares),
    )
    micro.refresh()
    return micro


def read_batches(
    connection: duckdb.DuckDBPyConnection,
    *,
    register: Iterable[Path | str] = (),
    honours: Iterable[Path | str] = (),
    facts: Iterable[Path | str] = (),
    returns: Iterable[Path | str] = (),
    merges: Mapping[str, str] | None = None,
    silent: Iterable[str] = (),
) -> None:
    """Make the tables `register`, `honours`, `facts` and `returns` from batches' files. `merges`
    maps a credit code to the one it is read under; the register's facts of `silent` codes do not
    count.

    `register` has the columns of its batches as well (address, established). Raises `FramesInvalid`
    for a file without the columns of `BATCH_COLUMNS` that cannot be empty.
    """
    small_table(connection, "merges", "one VARCHAR, under VARCHAR", list((merges or {}).items()))
    small_table(connection, "silent", "code VARCHAR", [(code,) for code in silent])
    for table, files in (("register", register), ("honours", honours), ("facts", facts)):
        _scan(connection, table, [str(path) for path in files])
        drop(connection, table)
        told = _TOLD[table]
        if table == "honours":
            # With those withdrawn, for the page of a firm.
            connection.execute(f"CREATE OR REPLACE TABLE honours_told AS {told}")
            told = "SELECT * FROM honours_told WHERE NOT coalesce(withdrawn, false)"
        columns = [*COLUMNS[table], *(["address", "established"] if table == "register" else [])]
        connection.execute(f"CREATE TABLE {table} AS SELECT {', '.join(columns)} FROM ({told})")
    paths = [str(path) for path in returns]
    _scan(connection, "returns", paths)
    drop(connection, "returns")
    columns = list(COLUMNS["returns"])
    connection.execute(
        f"CREATE VIEW returns AS SELECT {', '.join(columns)} FROM read_under_one_code_returns"
    )


def _scan(connection: duckdb.DuckDBPyConnection, kind: str, files: list[str]) -> None:
    """The view `read_under_one_code` of a kind's files, each firm under the code it is read by;
    `told_of` is the one its file names."""
    name = "read_under_one_code" + ("_returns" if kind == "returns" else "")
    drop(connection, name)
    wanted = BATCH_COLUMNS[kind]
    if not files:
        empty = ", ".join(f"CAST(NULL AS {type_}) AS {column}" for column, type_ in wanted.items())
        empty += ", CAST(NULL AS VARCHAR) AS told_of"
        connection.execute(f"CREATE VIEW {name} AS SELECT {empty} WHERE false")
        return
    scan = connection.read_parquet(files, union_by_name=True)
    there = set(scan.columns)
    if missing := sorted({"firm", "recorded"} - there):
        raise FramesInvalid(kind, [f"{column} is missing" for column in missing])
    chosen = ", ".join(
        f"CAST({column} AS {type_}) AS {column}"
        if column in there
        else f"CAST(NULL AS {type_}) AS {column}"
        for column, type_ in wanted.items()
    )
    drop(connection, f"files_{kind}")
    scan.project(chosen).create_view(f"files_{kind}")
    merged = connection.execute("SELECT count(*) FROM merges").fetchone()
    if not merged or not merged[0]:
        connection.execute(f"CREATE VIEW {name} AS SELECT *, firm AS told_of FROM files_{kind}")
        return
    heard = f"SELECT * FROM files_{kind}"
    if kind == "register":
        heard += " WHERE firm NOT IN (SELECT code FROM silent)"
    if kind == "returns" and _find_doubled(connection):
        heard += " ANTI JOIN doubled USING (firm, period, recorded)"
    connection.execute(f"""
        CREATE VIEW {name} AS
        SELECT files.* REPLACE (coalesce(under, firm) AS firm), firm AS told_of
        FROM ({heard}) AS files LEFT JOIN merges ON one = firm
    """)


def _find_doubled(connection: duckdb.DuckDBPyConnection) -> int:
    """Make the table `doubled` of returns that one batch told of a firm twice, under two of its
    codes: all but the one that counts. How many."""
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE doubled AS
        SELECT firm, period, recorded
        FROM files_returns LEFT JOIN merges ON one = firm
        WHERE firm IN (SELECT one FROM merges UNION SELECT under FROM merges)
        QUALIFY row_number() OVER (
            PARTITION BY coalesce(under, firm), period, recorded
            ORDER BY firm IN (SELECT code FROM silent), one IS NOT NULL, firm
        ) > 1
    """)
    (found,) = connection.execute("SELECT count(*) FROM doubled").fetchone() or (0,)
    return int(found)
