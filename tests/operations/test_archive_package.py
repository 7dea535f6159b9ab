"""A published plan is handed over as a folder that proves itself, without this program."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.security.samples import PLAN

from shucheng.cli import main
from shucheng.kernel.actor import Actor, Role, system_actor
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.audit.signing import signing_key
from shucheng.kernel.errors import Forbidden, Invalid
from shucheng.kernel.identity.actions.organisations import create_organisation, import_areas
from shucheng.kernel.jobs.worker import run_pending_jobs
from shucheng.lib.signatures import new_signing_key
from shucheng.plan.models import PlanVersion
from shucheng.plan.public import archive_plan, load_plan, publish_version

pytestmark = pytest.mark.django_db
CLI = system_actor("cli")


@pytest.fixture
def published() -> PlanVersion:
    import_areas([{"code": "990100", "name": "蓝川市", "kind": "city"}], actor=CLI)
    bureau = create_organisation("bureau", "市工信局", "department", area="990100", actor=CLI)
    office = Actor(None, "office", frozenset({Role.PLAN_OFFICE}), bureau.pk, frozenset({bureau.pk}))
    version = load_plan("plan.txt", PLAN.encode(), actor=office)
    run_pending_jobs()
    version.refresh_from_db()
    return publish_version(version.pk, version.revision, actor=office)


def verified(folder: Path, *options: str) -> tuple[int, str]:
    """By the package's own verifier, in a Python that has nothing else."""
    script = folder / "verify" / "verify_package.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(folder), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout


def test_a_plan_with_all_that_made_it_proves_itself_alone(
    published: PlanVersion, tmp_path: Path
) -> None:
    folder = archive_plan(None, tmp_path / "package", actor=CLI)
    key = str(signing_key().public)
    code, said = verified(folder, "--public-key", key)
    assert (code, said.startswith("OK: ")) == (0, True), said
    assert verified(folder, "--public-key", str(new_signing_key().public))[0] == 1
    content = folder / "content"
    assert (content / "plan.txt").read_text(encoding="utf-8") == published.text
    assert (content / "original-plan.txt").read_bytes() == PLAN.encode()
    assert json.loads((content / "compiled.json").read_text()) == published.compiled
    decisions = json.loads((content / "decisions.json").read_text())
    assert len(decisions) == published.items.count() > 0
    lines = (folder / "audit" / "entries.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    codes = {entry.get("code") for entry in entries}
    assert {"plan.version.loaded", "plan.version.published", "files.file.stored"} <= codes
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["facts"]["version"] == published.number
    assert AuditEntry.objects.filter(code="data.exported").count() == 1


def drop(name: str) -> Callable[[Path], Any]:
    return lambda folder: (folder / name).unlink()


def change(name: str, old: str, new: str) -> Callable[[Path], Any]:
    def do(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return do


DAMAGES: dict[str, Callable[[Path], Any]] = {
    "content/plan.txt: changed": change("content/plan.txt", "蓝川市", "蓝田市"),
    "content/compiled.json: missing": drop("content/compiled.json"),
    "content/extra.txt: does not belong": lambda f: (f / "content" / "extra.txt").touch(),
    "audit/entries.jsonl: ": change("audit/entries.jsonl", "plan.version.loaded", "plan.version.x"),
    "manifest.json: the signature does not hold": change(
        "manifest.json", '"kind": "plan"', '"kind": "plot"'
    ),
}


def test_every_kind_of_damage_is_named(published: PlanVersion, tmp_path: Path) -> None:
    for number, (named, damage) in enumerate(DAMAGES.items()):
        folder = archive_plan(published.pk, tmp_path / f"package{number}", actor=CLI)
        damage(folder)
        code, said = verified(folder)
        assert (code, named in said) == (1, True), f"{named}: {said}"


def test_what_is_no_package_is_an_error_of_its_own(published: PlanVersion, tmp_path: Path) -> None:
    folder = archive_plan(None, tmp_path / "package", actor=CLI)
    (folder / "manifest.json").unlink()
    assert verified(folder)[0] == 2


def test_only_auditors_package_and_nothing_is_written_over(
    published: PlanVersion, tmp_path: Path
) -> None:
    office = Actor(None, "office", frozenset({Role.PLAN_OFFICE}))
    with pytest.raises(Forbidden):
        archive_plan(None, tmp_path / "package", actor=office)
    (tmp_path / "taken").mkdir()
    with pytest.raises(Invalid, match="taken"):
        archive_plan(None, tmp_path / "taken", actor=CLI)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_the_command_packages_the_plan_in_force(
    published: PlanVersion, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["archive-plan", str(tmp_path / "package")]) == 0
    assert verified(tmp_path / "package")[0] == 0
    assert main(["archive-plan", str(tmp_path / "other"), "--version", "999999"]) == 2
    assert "package.not_issued" in capsys.readouterr().err
