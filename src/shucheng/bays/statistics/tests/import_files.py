"""What the columns of a file are proposed to be, for tests that go on with it."""

from contextlib import closing
from pathlib import Path

import duckdb

from shucheng.bays.statistics.engine.imports.mapping import Proposal, propose
from shucheng.bays.statistics.engine.imports.source import read


def proposed(path: Path, table: str, folder: Path) -> Proposal:
    with closing(duckdb.connect()) as connection:
        read(connection, path, folder)
        return propose(connection, table)
