"""`shucheng check`: a deployment in order has nothing to mend, and each fault is named."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.utils import translation

from shucheng.kernel.actor import system_actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.audit.models import AuditHead
from shucheng.kernel.bay import Bay, Health
from shucheng.kernel.jobs.models import Worker
from shucheng.kernel.operations import check, databases, fonts, health
from shucheng.kernel.operations import release as release_module
from shucheng.kernel.operations.check import check_deployment
from shucheng.kernel.operations.finding import Finding
from shucheng.kernel.operations.manifest import Manifest
from shucheng.kernel.operations.release import make_manifest
from shucheng.lib.signatures import new_signing_key

pytestmark = pytest.mark.django_db
Change = Callable[[Any, pytest.MonkeyPatch], object]


@pytest.fixture
def in_order(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A deployment as the guide leaves it."""
    for name, chosen in {
        "DEBUG": False,
        "DEMO": False,
        "SECURE_SSL_REDIRECT": True,
        "REQUIRE_SECOND_FACTOR": True,
        "OPERATOR": "数据局 0000-00000000",
        "ALLOWED_HOSTS": ["shucheng.example.gov.cn", "127.0.0.1"],
        "TRUSTED_PROXIES": ["127.0.0.1/32"],
        "ADMIN_NETWORKS": ["10.0.8.0/24"],
        "METRICS_NETWORKS": ["127.0.0.0/8"],
        "SECRET_KEY": "q8Zr-0vXk2TnL5wYb7JdM1sGhC9eRuPfA3iVoKx6NtE4yBzQ",
        "DATA_FOLDER": tmp_path,
        "FIELD_KEYS_FILE": tmp_path / "field-keys.json",
        "STATIC_ROOT": tmp_path / "static",
        "BACKUP_FOLDER": str(tmp_path / "backups"),
        "EMAIL_CONFIGURED": True,
        "SCANNER": ["clamdscan", "-"],
        "SIGNING_KEY_FILE": tmp_path / "signing-key.json",
        "PACKAGE": a_program(tmp_path / "lib" / "site" / "shucheng"),
        "ADVISORIES": str(an_advisory(tmp_path / "osv.json", "nobody-has-this")),
    }.items():
        setattr(settings, name, chosen)
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "staticfiles.json").touch()
    make_backup(tmp_path / "backups" / "last", timedelta(hours=3))
    Worker.objects.create(id="w1", host="elsewhere", pid=1)
    monkeypatch.setattr(fonts, "chinese_font", lambda: Path("/fonts/NotoSansCJK.ttc"))
    # Reading every package takes a second, each time: that is what test_release.py tries.
    monkeypatch.setattr(release_module, "_packages", lambda: iter([("django 5.2", "00")]))
    release(settings)
    # The machine that runs the tests may have little room: that is another test.
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk(100, 60))
    return settings


def a_program(package: Path) -> Path:
    """An installed program of one file, without a manifest."""
    package.mkdir(parents=True)
    (package / "cli.py").write_text("print('hello')\n")
    return package


def release(settings: Any) -> None:
    """Sign the program and trust whoever signed it."""
    key = new_signing_key()
    manifest = make_manifest(settings.PACKAGE, key)
    (settings.PACKAGE / "release.json").write_text(json.dumps(manifest))
    settings.RELEASE_KEY = str(key.public)


def an_advisory(path: Path, package: str, modified: str = "") -> Path:
    affected = {"package": {"ecosystem": "PyPI", "name": package}}
    span = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}
    document = {
        "id": "TEST-1",
        "modified": modified or datetime.now(UTC).isoformat(),
        "affected": [{**affected, "ranges": [span]}],
    }
    path.write_text(json.dumps(document))
    return path


def make_backup(folder: Path, age: timedelta, incomplete: tuple[str, ...] = ()) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    made = (datetime.now(UTC) - age).isoformat()
    Manifest(made, "", "", "", {}, [], False, incomplete=list(incomplete)).write(folder)


def disk(total: int, free: int) -> Any:
    """So many GB."""
    return SimpleNamespace(total=total << 30, free=free << 30)


def found() -> dict[str, str]:
    return {finding.code: finding.severity for finding in check_deployment()}


def test_a_deployment_in_order_has_nothing_to_mend(in_order: Any) -> None:
    assert {code for code, severity in found().items() if severity != "info"} == set()


CHANGES: dict[str, tuple[str, Change]] = {
    "settings.debug": ("error", lambda s, _: setattr(s, "DEBUG", True)),
    "settings.demo": ("error", lambda s, _: setattr(s, "DEMO", True)),
    "settings.https": ("error", lambda s, _: setattr(s, "SECURE_SSL_REDIRECT", False)),
    "settings.second_factor": ("error", lambda s, _: setattr(s, "REQUIRE_SECOND_FACTOR", False)),
    "settings.operator": ("warning", lambda s, _: setattr(s, "OPERATOR", "")),
    "secret.weak": ("error", lambda s, _: setattr(s, "SECRET_KEY", "ab" * 30)),
    "secret.readable": ("error", lambda s, _: readable(s.DATA_FOLDER / "secret-key")),
    "hosts.any": ("error", lambda s, _: setattr(s, "ALLOWED_HOSTS", ["*"])),
    "hosts.local": ("warning", lambda s, _: setattr(s, "ALLOWED_HOSTS", ["localhost"])),
    "proxies.none": ("error", lambda s, _: setattr(s, "TRUSTED_PROXIES", [])),
    "networks.management": ("info", lambda s, _: setattr(s, "ADMIN_NETWORKS", [])),
    "metrics.open": ("warning", lambda s, _: setattr(s, "METRICS_NETWORKS", ["0.0.0.0/0"])),
    "disk.full": (
        "warning",
        lambda _, m: m.setattr(shutil, "disk_usage", lambda _: disk(100, 3)),
    ),
    "static.missing": ("error", lambda s, _: (s.STATIC_ROOT / "staticfiles.json").unlink()),
    "files.unwritable": ("error", lambda s, _: a_file_instead(s.DATA_FOLDER / "files")),
    "backup.unset": ("warning", lambda s, _: setattr(s, "BACKUP_FOLDER", "")),
    "backup.old": (
        "error",
        lambda s, _: make_backup(Path(s.BACKUP_FOLDER) / "last", timedelta(days=3)),
    ),
    "backup.incomplete": (
        "error",
        lambda s, _: make_backup(Path(s.BACKUP_FOLDER) / "last", timedelta(), ("a" * 64,)),
    ),
    "worker.missing": ("error", lambda *_: Worker.objects.all().delete()),
    "audit.broken": ("error", lambda *_: AuditHead.objects.update(sequence=99)),
    "audit.triggers": (
        "error",
        lambda _, m: m.setattr(check, "missing_triggers", lambda _: ["append_only_x_update"]),
    ),
    "clock.offset": ("warning", lambda _, m: m.setattr(databases, "clock_offset", lambda: 7.0)),
    "bay.data": ("error", lambda _, m: m.setattr(check, "bays", lambda: (sick_bay(),))),
    "release.missing": ("error", lambda s, _: (s.PACKAGE / "release.json").unlink()),
    "release.forged": (
        "error",
        lambda s, _: setattr(s, "RELEASE_KEY", str(new_signing_key().public)),
    ),
    "release.changed": ("error", lambda s, _: (s.PACKAGE / "cli.py").write_text("print('evil')")),
    "release.unknown_signer": ("warning", lambda s, _: setattr(s, "RELEASE_KEY", "")),
    "release.other_platform": (
        "warning",
        lambda _, m: m.setattr(release_module, "_platform", lambda: "vax"),
    ),
    "flaws.unset": ("info", lambda s, _: setattr(s, "ADVISORIES", "")),
    "flaws.unreadable": ("error", lambda s, _: Path(s.ADVISORIES).write_text("<html>")),
    "flaws.known": ("error", lambda s, _: an_advisory(Path(s.ADVISORIES), "Django")),
    "flaws.old": ("warning", lambda s, _: an_advisory(Path(s.ADVISORIES), "x", "2020-01-01")),
    "email.unset": ("info", lambda s, _: setattr(s, "EMAIL_CONFIGURED", False)),
    "scanner.unset": ("warning", lambda s, _: setattr(s, "SCANNER", [])),
    "fonts.chinese": ("info", lambda _, m: m.setattr(fonts, "chinese_font", lambda: None)),
}


def readable(path: Path) -> None:
    path.touch()
    path.chmod(0o644)


def a_file_instead(folder: Path) -> None:
    folder.rmdir()
    folder.touch()


def sick_bay() -> Bay:
    return Bay("data", "数据", "Data", health=lambda: Health(False, "no catalogue"))


@pytest.mark.parametrize("code", CHANGES)
def test_each_fault_is_named(in_order: Any, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    record("test.thing.done", None, actor=system_actor("cli"))
    severity, change = CHANGES[code]
    assert code not in found()
    change(in_order, monkeypatch)
    assert found()[code] == severity


def test_without_a_database_the_rest_is_still_checked(in_order: Any) -> None:
    in_order.DEBUG = True
    with patch.object(health, "connection") as broken:
        broken.cursor.side_effect = OperationalError("gone")
        assert {"database.unreachable", "settings.debug"} <= set(found())


def test_a_database_of_an_older_version_is_named(
    in_order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "missing_migrations", lambda: ["plan.0099_new"])
    assert found()["database.migrations"] == "error"


def test_the_worst_comes_first_and_each_says_what_to_do(in_order: Any) -> None:
    in_order.DEBUG, in_order.OPERATOR, in_order.EMAIL_CONFIGURED = True, "", False
    with translation.override("en"):
        findings = check_deployment()
        order = [finding.severity for finding in findings]
        assert order == sorted(order, key=("error", "warning", "info").index)
        assert all(finding.message.endswith(".") for finding in findings)
        assert all(finding.next_step.endswith(".") for finding in findings)


def test_a_finding_names_its_values() -> None:
    finding = Finding("error", "x", "%(n)s are free.", "Make room in %(n)s.", {"n": 3})
    assert (finding.message, finding.next_step) == ("3 are free.", "Make room in 3.")


def test_a_chinese_font_is_found_the_better_one_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    assert fonts.chinese_font() is None
    for name in ("DejaVuSans.ttf", "wqy-zenhei.ttc", "NotoSansCJK-Regular.ttc"):
        (tmp_path / name).touch()
    assert fonts.chinese_font() == tmp_path / "NotoSansCJK-Regular.ttc"
