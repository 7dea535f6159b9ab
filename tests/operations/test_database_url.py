"""SHUCHENG_DATABASE_URL: one server, or a server and its standby."""

import pytest

from shucheng.web import environment


@pytest.mark.parametrize(
    ("server", "host", "port"),
    [
        ("db1", "db1", ""),
        ("db1:5433", "db1", "5433"),
        ("db1:5432,db2:5433", "db1,db2", "5432,5433"),
        ("db1,db2", "db1,db2", ""),
        ("db1,db2:5433", "db1,db2", ",5433"),
        ("[2001:db8::1]:5432,10.0.0.2:5432", "2001:db8::1,10.0.0.2", "5432,5432"),
        ("", "", ""),
    ],
)
def test_servers_are_given_as_libpq_reads_them(
    monkeypatch: pytest.MonkeyPatch, server: str, host: str, port: str
) -> None:
    url = f"postgresql://me:p%40ss@{server}/city?target_session_attrs=read-write"
    monkeypatch.setenv("SHUCHENG_DATABASE_URL", url)
    database = environment.database()
    assert (database["HOST"], database["PORT"]) == (host, port)
    assert (database["USER"], database["PASSWORD"], database["NAME"]) == ("me", "p@ss", "city")
    assert database["OPTIONS"] == {"target_session_attrs": "read-write"}


def test_what_names_no_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUCHENG_DATABASE_URL", "postgresql://me@db1:fivethousand/city")
    with pytest.raises(ValueError, match="names no server"):
        environment.database()
