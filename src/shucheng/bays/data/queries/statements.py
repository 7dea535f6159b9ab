"""What every call of a delivery asks of the database, as SQL: built by the ORM, these statements
took longer to write than to run."""

from typing import Any

from django.db import connection

_STATE = """
SELECT
    (SELECT COUNT(*) FROM data_grant), (SELECT MAX(id) FROM data_grant),
    (SELECT COUNT(*) FROM data_stop), (SELECT MAX(id) FROM data_stop),
    (SELECT COUNT(*) FROM data_related), (SELECT MAX(id) FROM data_related),
    (SELECT COUNT(*) FROM data_agreement), (SELECT MAX(id) FROM data_agreement),
    (SELECT COUNT(*) FROM data_product), (SELECT SUM(revision) FROM data_product),
    (SELECT recorded_at FROM data_agreement WHERE code = %s),
    (SELECT revision FROM data_order
     WHERE id = (SELECT order_id FROM data_agreement WHERE code = %s))
"""
State = tuple[Any, ...]


def state(agreement: str = "") -> State:
    """What tells that the book of rights has changed, or the order of this agreement. Rows of
    rights, stops and agreements only grow; changes of a product and an order count up their
    revision."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [agreement, agreement])
        return tuple(cursor.fetchone())


def token_alive(code: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM data_token WHERE code = %s AND revoked_at IS NULL", [code])
        return cursor.fetchone() is not None


def read_budget(key: str) -> tuple[str, int]:
    """Its value and version; version 0: there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value, version FROM data_budget WHERE key = %s", [key])
        found: tuple[str, int] | None = cursor.fetchone()
    return found or ("", 0)
