"""A backup taken while others write comes back whole; a damaged or half one never passes."""

import json
import shutil
from functools import partial
from pathlib import Path

import pytest
from tests.deployment import Deployment, Deployments, ended, eventually

from shucheng.kernel.audit import verify
from shucheng.kernel.audit.signed import Trust

pytestmark = pytest.mark.slow

FILL = """
from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.files.actions import store_file
office = Actor(None, "office", frozenset({Role.PLAN_OFFICE}))
for n in range(5):
    store_file(f"{n}.txt", f"证据{n}".encode(), actor=office)
"""
WRITE = """
import time
from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.files.actions import store_file
office = Actor(None, "office", frozenset({Role.PLAN_OFFICE}))
n = 0
while True:
    store_file(f"w{n}.txt", f"写入{n}".encode(), actor=office)
    n += 1
    time.sleep(0.01)
    if n == 20:
        print("writing", flush=True)
"""
BACKUP = """
from pathlib import Path
from shucheng.kernel.operations.backup import backup_platform
backup_platform(Path("backup"), with_secrets=True)
"""
# The process stops for good where the named function is reached, as a power cut would have it.
STOP_AT = """
import os, time
from shucheng.kernel.operations import backup, manifest
def stop(*args, **kwargs):
    print("reached", flush=True)
    time.sleep(60)
{where} = stop
"""
MOMENTS = {
    "the database is copied": "backup._copy_files",
    "the files are copied": "backup.describe_files",
    "all is synced": "backup.verify_files",
    "the manifest is written": "backup.Path.rename",
}
RESTORE = """
from pathlib import Path
from shucheng.kernel.errors import ShuchengError
from shucheng.kernel.operations.restore import restore_platform
from django.utils import translation
translation.activate("en")
try:
    print("restored", restore_platform(Path(SOURCE), replace=REPLACE))
except ShuchengError as error:
    print("refused", error)
"""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def busy(request: pytest.FixtureRequest, deployments: Deployments) -> Deployment:
    """A deployment of which a backup was made while a writer went on writing."""
    deployment = deployments.make(request.param)
    deployment.run(FILL)
    writer = deployment.start(WRITE)
    with ended(writer):
        eventually(lambda: writer.says("writing"))
        deployment.run(BACKUP)
        assert writer.process.poll() is None
    return deployment


@pytest.fixture
def backed_up(busy: Deployment, tmp_path: Path) -> tuple[Deployment, Path]:
    """The deployment, and a copy of its backup that the test may damage."""
    return busy, shutil.copytree(busy.folder / "backup", tmp_path / "backup")


def restore(into: Deployment, source: Path, replace: bool = False) -> str:
    code = RESTORE.replace("REPLACE", str(replace)).replace("SOURCE", repr(str(source)))
    lines = into.run(code).splitlines()
    return next(line for line in lines if line.startswith(("restored", "refused")))


ARCHIVE = """
from datetime import timedelta
from unittest.mock import patch
from django.utils import timezone
from shucheng.kernel.actor import system_actor
from shucheng.kernel.audit.entries import record
from shucheng.kernel.audit.jobs import archive_job, sign_job
actor = system_actor("job")
then = timezone.now() - timedelta(days=2000)
with patch.object(timezone, "now", lambda: then):
    record("test.long.ago", None, actor=actor)
    sign_job({}, actor=actor, progress=print)
print(archive_job({}, actor=actor, progress=print))
"""


def test_archived_audit_entries_are_in_the_backup_and_come_back(
    deployment: Deployment, deployments: Deployments
) -> None:
    deployment.run(ARCHIVE)
    [archive] = (deployment.data / "audit-archive").iterdir()
    deployment.run(BACKUP)
    fresh = deployments.make(deployment.vendor, migrated=False)
    assert restore(fresh, deployment.folder / "backup").startswith("restored")
    back = fresh.data / "audit-archive" / archive.name
    assert back.read_bytes() == archive.read_bytes()
    # The archive ends where the log in the database begins, and the signatures hold over both.
    assert verify.verify_source(str(back)).intact
    [(first,)] = fresh.query("SELECT min(sequence) FROM audit_auditentry")
    outcome = verify.verify_source(fresh.address)
    assert (outcome.intact, outcome.first, outcome.signatures) == (True, first, 1)
    assert verify.verify_source(str(back)).last == first - 1
    keys = [(d.data / "signing-key.json").read_text() for d in (deployment, fresh)]
    assert keys[0] == keys[1]


def test_a_backup_made_while_others_write_comes_back_whole(
    backed_up: tuple[Deployment, Path], deployments: Deployments
) -> None:
    old, backup = backed_up
    fresh = deployments.make(old.vendor, migrated=False)
    assert restore(fresh, backup).startswith("restored")
    manifest = json.loads((backup / "manifest.json").read_text())
    [(names,)] = fresh.query("SELECT count(DISTINCT sha256) FROM files_storedfile")
    assert names >= 25
    assert fresh.query("SELECT count(*) FROM files_storedfile") == [
        (manifest["rows"]["files_storedfile"],)
    ]
    assert manifest["incomplete"] == []
    stored_before, stored_now = stored(old), stored(fresh)
    assert stored_now.items() <= stored_before.items()
    assert {row[0] for row in fresh.query("SELECT sha256 FROM files_storedfile")} <= set(stored_now)
    assert (fresh.data / "secret-key").read_text() == (old.data / "secret-key").read_text()
    codes = fresh.query("SELECT code FROM audit_auditentry ORDER BY sequence DESC LIMIT 1")
    assert codes == [("operations.backup.restored",)]
    # The restored platform goes on where the backup ended.
    fresh.run(FILL)
    known = verify.parse_head(manifest["audit_head"])
    assert verify.verify_source(fresh.address, Trust(known)).intact


def test_a_platform_that_holds_data_is_overwritten_only_when_told_to(
    backed_up: tuple[Deployment, Path], deployments: Deployments
) -> None:
    old, backup = backed_up
    other = deployments.make(old.vendor)
    other.run(FILL)
    before = other.query("SELECT count(*) FROM audit_auditentry")
    assert restore(other, backup).startswith("refused restore.not_empty")
    assert other.query("SELECT count(*) FROM audit_auditentry") == before
    assert restore(other, backup, replace=True).startswith("restored")
    assert other.query("SELECT count(*) FROM audit_auditentry") != before
    if other.vendor == "sqlite":
        assert list(other.data.glob("shucheng.sqlite3.replaced-*"))
    else:
        kept = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'replaced_%'"
        assert other.query(kept) == [(1,)]
    assert list(other.data.glob("secret-key.replaced-*"))


def test_a_platform_in_use_is_not_overwritten(
    backed_up: tuple[Deployment, Path], deployments: Deployments
) -> None:
    old, backup = backed_up
    other = deployments.make(old.vendor)
    user = other.start(
        "from django.db import connection\nconnection.cursor().execute('SELECT 1 FROM "
        "audit_auditentry')\nprint('open', flush=True)\nimport time; time.sleep(60)"
    )
    with ended(user):
        eventually(lambda: user.says("open"))
        assert restore(other, backup, replace=True).startswith("refused restore.running")
    assert restore(other, backup, replace=True).startswith("restored")


@pytest.mark.parametrize("damage", ["changed", "missing", "outside"])
def test_a_damaged_backup_is_refused_by_name_and_nothing_is_touched(
    backed_up: tuple[Deployment, Path], deployments: Deployments, damage: str
) -> None:
    old, backup = backed_up
    database = next(backup.glob("database.*"))
    stored_file = sorted(path for path in (backup / "files").rglob("*") if path.is_file())[0]
    if damage == "changed":
        content = bytearray(database.read_bytes())
        content[len(content) // 2] ^= 1
        database.write_bytes(content)
        named = database.name
    elif damage == "missing":
        stored_file.unlink()
        named = stored_file.relative_to(backup).as_posix()
    else:
        elsewhere = backup.parent / "elsewhere"
        stored_file.rename(elsewhere)
        stored_file.symlink_to(elsewhere)
        named = stored_file.relative_to(backup).as_posix()
    fresh = deployments.make(old.vendor, migrated=False)
    answer = restore(fresh, backup)
    assert answer.startswith(f"refused backup.damaged: The backup is damaged: {named} is ")
    assert not list(fresh.data.glob("files/*"))


def test_a_manifest_that_was_changed_is_refused(
    backed_up: tuple[Deployment, Path], deployments: Deployments
) -> None:
    old, backup = backed_up
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["rows"]["files_storedfile"] = 6
    (backup / "manifest.json").write_text(json.dumps(manifest))
    fresh = deployments.make(old.vendor, migrated=False)
    assert restore(fresh, backup).startswith("refused backup.unreadable")


def test_a_database_that_does_not_hold_what_it_should_puts_the_old_platform_back(
    backed_up: tuple[Deployment, Path], deployments: Deployments
) -> None:
    old, backup = backed_up
    old.run(
        f"""
        from dataclasses import replace
        from pathlib import Path
        from shucheng.kernel.operations.manifest import read_manifest
        backup = Path({str(backup)!r})
        manifest = read_manifest(backup)
        manifest.rows["files_storedfile"] += 1
        manifest.write(backup)
        """
    )
    other = deployments.make(old.vendor)
    other.run(FILL)
    before = other.query("SELECT count(*), max(hash) FROM audit_auditentry")
    secret = (other.data / "secret-key").read_text()
    assert restore(other, backup, replace=True).startswith("refused restore.not_verified")
    assert other.query("SELECT count(*), max(hash) FROM audit_auditentry") == before
    assert (other.data / "secret-key").read_text() == secret
    other.run(FILL)


def test_a_backup_of_the_other_database_is_refused(
    backed_up: tuple[Deployment, Path], deployments: Deployments
) -> None:
    old, backup = backed_up
    other = "postgres" if old.vendor == "sqlite" else "sqlite"
    assert restore(deployments.make(other), backup).startswith("refused restore.other_database")


def test_a_backup_killed_in_the_middle_leaves_nothing_that_passes_as_one(
    deployment: Deployment, deployments: Deployments
) -> None:
    deployment.run(FILL)
    fresh = deployments.make(deployment.vendor, migrated=False)
    backup = deployment.folder / "backup"
    half = deployment.folder / "backup.unfinished"
    for moment, where in MOMENTS.items():
        killed = deployment.start(STOP_AT.format(where=where) + BACKUP)
        with ended(killed):
            eventually(partial(killed.says, "reached"))
            killed.process.kill()
        assert not backup.exists(), moment
        assert any(half.iterdir()), moment
        assert restore(fresh, half).startswith("refused backup.unreadable"), moment
        assert restore(fresh, backup).startswith("refused backup.unreadable"), moment
    # The next one clears away what the killed ones left.
    deployment.run(BACKUP)
    assert not half.exists()
    assert restore(fresh, backup).startswith("restored")


def test_a_backup_never_goes_over_something_that_is_there(deployment: Deployment) -> None:
    deployment.run(BACKUP)
    with pytest.raises(AssertionError, match=r"backup\.target_taken"):
        deployment.run(BACKUP)
    inside = BACKUP.replace('Path("backup")', 'Path("data/files/backup")')
    with pytest.raises(AssertionError, match=r"backup\.target_inside"):
        deployment.run(inside)


def test_a_stored_file_that_rotted_on_the_disk_is_named_in_the_backup(
    deployment: Deployment, deployments: Deployments
) -> None:
    deployment.run(FILL)
    rotten = next(path for path in (deployment.data / "files").rglob("*") if path.is_file())
    rotten.write_bytes(b"rot")
    deployment.run(BACKUP)
    backup = deployment.folder / "backup"
    assert json.loads((backup / "manifest.json").read_text())["incomplete"] == [rotten.name]
    fresh = deployments.make(deployment.vendor, migrated=False)
    answer = restore(fresh, backup)
    assert answer.startswith("restored")
    assert "1 stored files were damaged already" in answer


def test_old_backups_go_and_what_is_no_backup_stays(deployment: Deployment) -> None:
    out = deployment.run(
        """
        from pathlib import Path
        from unittest.mock import patch
        from shucheng.kernel.operations import manifest
        from shucheng.kernel.operations.shelf import backups_in, remove_old
        shelf = Path("shelf")
        for day in range(1, 5):
            folder = shelf / f"day{day}"
            folder.mkdir(parents=True)
            manifest.Manifest(f"2026-01-0{day}", "", "", "", {}, [], False).write(folder)
        (shelf / "notes").mkdir()
        (shelf / "day9.unfinished").mkdir()
        print([path.name for path in remove_old(shelf, keep=2)])
        print(sorted(path.name for path in shelf.iterdir()))
        """
    )
    assert out.splitlines() == [
        "['day2', 'day1']",
        "['day3', 'day4', 'day9.unfinished', 'notes']",
    ]


def test_the_command_makes_dated_backups_and_keeps_the_newest(deployment: Deployment) -> None:
    command = """
    import sys
    from shucheng.cli import main
    for _ in range(3):
        assert main(["backup", "--keep", "2"]) == 0
        import time; time.sleep(1.1)
    """
    with pytest.raises(AssertionError, match="SHUCHENG_BACKUP_FOLDER"):
        deployment.run(command)
    shelf = deployment.folder / "shelf"
    deployment.settings = {"SHUCHENG_BACKUP_FOLDER": str(shelf)}
    out = deployment.run(command)
    assert out.count("verified.") == 3
    assert out.count("removed.") == 1
    assert len(list(shelf.glob("*/manifest.json"))) == 2


def stored(deployment: Deployment) -> dict[str, bytes]:
    folder = deployment.data / "files"
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
