"""A backup taken while others write comes back whole; a damaged one is refused."""

import json
import shutil
from pathlib import Path

import pytest
from tests.deployment import Deployment, Deployments, ended

from shucheng.kernel.audit import verify

pytestmark = pytest.mark.slow

FILL = """
from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.files.actions import store_file
office = Actor(None, "office", frozenset({Role.PLAN_OFFICE}))
for n in range(5):
    store_file(f"{n}.txt", f"证据{n}".encode(), actor=office)
"""
WRITE = """
from shucheng.kernel.action import action
from shucheng.kernel.actor import system_actor
from shucheng.kernel.audit.entries import record

@action
def do(n, *, actor):
    record("test.thing.done", None, actor=actor, n=n)

n = 0
while True:
    do(n, actor=system_actor("cli"))
    n += 1
    if n == 20:
        print("writing", flush=True)
"""
BACKUP = """
from pathlib import Path
from shucheng.kernel.operations.backup import backup_platform
backup_platform(Path("../backup"), with_secrets=True)
"""
RESTORE = """
from pathlib import Path
from shucheng.kernel.errors import ShuchengError
from shucheng.kernel.operations.restore import restore_platform
from django.utils import translation
translation.activate("en")
try:
    print("restored", restore_platform(Path("../backup"), replace=REPLACE))
except ShuchengError as error:
    print("refused", error)
"""


@pytest.fixture
def backed_up(deployment: Deployment) -> tuple[Deployment, Path]:
    """A deployment of which a backup was made while a writer went on writing."""
    deployment.run(FILL)
    backup = deployment.folder.parent / "backup"
    shutil.rmtree(backup, ignore_errors=True)
    writer = deployment.start(WRITE)
    with ended(writer):
        assert writer.stdout is not None
        while "writing" not in writer.stdout.readline():
            assert writer.poll() is None
        deployment.run(BACKUP)
        assert writer.poll() is None
    return deployment, backup


def restore(into: Deployment, replace: bool = False) -> str:
    lines = into.run(RESTORE.replace("REPLACE", str(replace))).splitlines()
    return next(line for line in lines if line.startswith(("restored", "refused")))


def test_a_backup_made_while_others_write_comes_back_whole(
    backed_up: tuple[Deployment, Path], deployments: Deployments
) -> None:
    old, backup = backed_up
    fresh = deployments.make(old.vendor, migrated=False)
    assert restore(fresh).startswith("restored")
    manifest = json.loads((backup / "manifest.json").read_text())
    assert verify.verify_source(
        fresh.address, known=verify.parse_head(manifest["audit_head"])
    ).intact
    assert fresh.query("SELECT count(*) FROM files_storedfile") == [(5,)]
    assert stored(fresh) == stored(old)
    assert (fresh.data / "secret-key").read_text() == (old.data / "secret-key").read_text()
    codes = fresh.query("SELECT code FROM audit_auditentry ORDER BY sequence DESC LIMIT 1")
    assert codes == [("operations.backup.restored",)]
    # The restored platform goes on where the backup ended.
    fresh.run(FILL)
    assert verify.verify_source(fresh.address).intact


def test_a_platform_that_holds_data_is_overwritten_only_when_told_to(
    backed_up: tuple[Deployment, Path], deployments: Deployments
) -> None:
    old, _backup = backed_up
    other = deployments.make(old.vendor)
    other.run(FILL)
    before = other.query("SELECT count(*) FROM audit_auditentry")
    assert restore(other).startswith("refused restore.not_empty")
    assert other.query("SELECT count(*) FROM audit_auditentry") == before
    assert restore(other, replace=True).startswith("restored")
    assert other.query("SELECT count(*) FROM audit_auditentry") != before
    if other.vendor == "sqlite":
        assert list(other.data.glob("shucheng.sqlite3.replaced-*"))
    else:
        kept = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'replaced_%'"
        assert other.query(kept) == [(1,)]


def test_a_damaged_backup_is_refused_and_nothing_is_touched(
    backed_up: tuple[Deployment, Path], deployments: Deployments
) -> None:
    old, backup = backed_up
    database = next(backup.glob("database.*"))
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 1
    database.write_bytes(content)
    fresh = deployments.make(old.vendor, migrated=False)
    assert restore(fresh).startswith("refused backup.damaged")
    assert not list(fresh.data.glob("files/*"))


def test_a_backup_whose_counts_do_not_match_puts_the_old_platform_back(
    backed_up: tuple[Deployment, Path], deployments: Deployments
) -> None:
    old, backup = backed_up
    manifest = json.loads((backup / "manifest.json").read_text())
    manifest["rows"]["files_storedfile"] = 6
    (backup / "manifest.json").write_text(json.dumps(manifest))
    other = deployments.make(old.vendor)
    other.run(FILL)
    before = other.query("SELECT count(*), max(hash) FROM audit_auditentry")
    assert restore(other, replace=True).startswith("refused restore.not_verified")
    assert other.query("SELECT count(*), max(hash) FROM audit_auditentry") == before
    other.run(FILL)


def test_a_backup_of_the_other_database_is_refused(
    backed_up: tuple[Deployment, Path], deployments: Deployments
) -> None:
    old, _backup = backed_up
    other = "postgres" if old.vendor == "sqlite" else "sqlite"
    assert restore(deployments.make(other)).startswith("refused restore.other_database")


def test_a_backup_is_there_whole_or_not_at_all(deployment: Deployment) -> None:
    deployment.run(FILL)
    backup = deployment.folder.parent / "backup"
    shutil.rmtree(backup, ignore_errors=True)
    broken = BACKUP.replace(
        "backup_platform(",
        "import shucheng.kernel.operations.backup as b\n"
        "b.describe_files = lambda folder: 1 / 0\nbackup_platform(",
    )
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        deployment.run(broken)
    assert not backup.exists()
    deployment.run(BACKUP)
    assert (backup / "manifest.json").is_file()


def stored(deployment: Deployment) -> dict[str, bytes]:
    folder = deployment.data / "files"
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
