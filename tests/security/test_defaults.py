"""What an installation is before anybody configured it: closed, quiet, without a way in."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import get_resolver
from tests.security.walk import EVERYBODY

from shucheng.kernel.actor import PERMISSIONS, Role, system_actor
from shucheng.kernel.identity.actions.people import set_up_administrator
from shucheng.kernel.identity.models import Person

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "shucheng"


def of_a_fresh_installation(expression: str, tmp_path: Path) -> str:
    """A setting as it is when nothing is configured."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SHUCHENG")}
    code = f"from shucheng.web import settings; print({expression})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, "SHUCHENG_DATA": str(tmp_path), "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("settings.DEBUG", "False"),
        ("settings.SECURE_SSL_REDIRECT", "True"),
        ("settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE", "True"),
        ("settings.SESSION_COOKIE_HTTPONLY", "True"),
        ("settings.SECURE_HSTS_SECONDS >= 31536000", "True"),
        ("settings.REQUIRE_SECOND_FACTOR", "True"),
        ("settings.SIGN_IN_FAILURES, settings.SIGN_IN_LOCK_MINUTES", "5 30"),
        ("settings.SESSION_IDLE_MINUTES", "30"),
        ("settings.PASSWORD_MAX_AGE_DAYS", "90"),
        ("settings.DEMO", "False"),
        ("settings.FIELD_KEYS_PROVIDER", "sm"),
        ("'*' in settings.ALLOWED_HOSTS", "False"),
    ],
)
def test_the_defaults_are_the_safe_ones(expression, expected, tmp_path):
    assert of_a_fresh_installation(expression, tmp_path) == expected


def test_two_installations_never_share_a_secret(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    keys = {of_a_fresh_installation("settings.SECRET_KEY", folder) for folder in (first, second)}
    assert len(keys) == 2
    assert (first / "secret-key").stat().st_mode & 0o077 == 0


def test_a_new_installation_has_no_account(db):
    assert not Person.objects.exists()


def test_the_first_administrator_gets_a_password_nobody_else_has(db, tmp_path):
    person, password = set_up_administrator("admin", "管理员", actor=system_actor("cli"))
    assert len(password) >= 16
    assert person.check_password(password)
    assert person.must_change_password


def test_no_migration_and_no_data_file_makes_an_account():
    suspicious = re.compile(r"set_password|make_password|create_superuser|argon2\$")
    files = [*SOURCE.rglob("migrations/*.py"), *ROOT.joinpath("cities").rglob("*.toml")]
    assert files
    assert [f.name for f in files if suspicious.search(f.read_text(encoding="utf-8"))] == []


def test_no_secret_stands_in_the_source():
    """A name that promises a secret is never given a text of its own."""
    telling = re.compile(r"(password|secret|api_key|private_key|token)$", re.IGNORECASE)
    found = []
    for path in SOURCE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else []
            for target in targets:
                value = node.value if isinstance(node, ast.Assign) else None
                is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
                if isinstance(target, ast.Name) and telling.search(target.id) and is_text:
                    found.append(f"{path.name}: {target.id}")
    assert found == []


def test_no_debugging_page_is_served():
    served = " ".join(str(pattern.pattern) for pattern in get_resolver().url_patterns)
    assert not re.search(r"debug|silk|__reload__|admin/", served)


def test_every_permission_has_a_holder_and_a_name():
    for permission in PERMISSIONS.values():
        assert permission.roles | permission.own_organisation, permission.code
        assert str(permission.label)


def test_the_matrix_asks_as_every_role():
    assert {role.value for role in Role} < set(EVERYBODY)
