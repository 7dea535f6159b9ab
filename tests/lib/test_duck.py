"""Two connections that spill do not meet on disk, and leave nothing behind."""

from pathlib import Path

from shucheng.lib.duck import connect

LARGE = "CREATE TABLE large AS SELECT range AS n, hash(range) AS h FROM range(3_000_000) ORDER BY h"


def folder_of(connection: object) -> Path:
    [(folder,)] = connection.execute("SELECT current_setting('temp_directory')").fetchall()  # type: ignore[attr-defined]
    return Path(folder)


def test_each_connection_spills_into_a_folder_that_goes_with_it() -> None:
    one, other = connect(memory="40MB"), connect(memory="40MB")
    folders = folder_of(one), folder_of(other)
    assert folders[0] != folders[1]
    for each in (one, other):
        each.execute(LARGE)
    assert all(any(folder.iterdir()) for folder in folders), "too large for memory"
    assert one.sql("SELECT count(*) FROM large").fetchone() == (3_000_000,)
    one.close()
    other.close()
    del each, one, other
    assert not any(folder.exists() for folder in folders)
