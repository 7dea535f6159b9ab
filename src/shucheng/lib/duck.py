"""DuckDB connections in memory that may spill.

What does not fit in memory is written to a folder of the connection's own, which goes with it. By
default all processes that work in one folder would spill into the same `.tmp` there.
"""

from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

import duckdb


def connect(*, threads: int = 2, memory: str = "1GB") -> duckdb.DuckDBPyConnection:
    """A connection of its own; `memory` is DuckDB's limit, beyond it is written to disk."""
    folder = mkdtemp(prefix="shucheng-duckdb-")
    connection = duckdb.connect(
        config={"threads": threads, "memory_limit": memory, "temp_directory": folder}
    )
    finalize(connection, rmtree, folder, ignore_errors=True)
    return connection
