"""A program that is not what was released is noticed: at start, daily, and by `check`."""

import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from tests.records import an_actor

from shucheng.cli import main
from shucheng.kernel.actor import Role, system_actor
from shucheng.kernel.alerts.models import Alert
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.errors import Forbidden
from shucheng.kernel.operations import release
from shucheng.kernel.operations.release import make_manifest, verify_release
from shucheng.kernel.operations.start import STARTED, note_start, verify_program_job
from shucheng.lib.signatures import ED25519, SM2, SigningKey, new_signing_key

CLOCK = system_actor("job")
really_there = release._packages


@pytest.fixture(params=[SM2, ED25519], ids=lambda scheme: scheme.name)
def key(request: pytest.FixtureRequest) -> SigningKey:
    return new_signing_key(request.param)


@cache
def packages() -> dict[str, str]:
    """As they are on this machine; read once, for it takes a second."""
    return dict(really_there())


@pytest.fixture
def program(tmp_path: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A released program."""
    monkeypatch.setattr(release, "_packages", lambda: iter(packages().items()))
    package = tmp_path / "shucheng"
    (package / "web").mkdir(parents=True)
    (package / "cli.py").write_text("print('hello')\n")
    (package / "web" / "logo.svg").write_text("<svg/>")
    write(package, make_manifest(package, key))
    return package


def write(package: Path, manifest: dict[str, Any]) -> None:
    (package / release.NAME).write_text(json.dumps(manifest))


def test_the_program_as_it_was_released_holds(program: Path, key: SigningKey) -> None:
    assert verify_release(program, str(key.public)).status == "holds"
    # What this machine makes itself is no change.
    (program / "__pycache__").mkdir()
    (program / "__pycache__" / "cli.cpython-311.pyc").write_bytes(b"x")
    (program / "django.mo").write_bytes(b"x")
    assert verify_release(program, str(key.public)).status == "holds"
    assert verify_release(program, "").status == "unknown_signer"


def test_every_kind_of_change_is_named(program: Path, key: SigningKey) -> None:
    (program / "cli.py").write_text("print('hell0')\n")
    (program / "web" / "logo.svg").unlink()
    (program / "web" / "backdoor.py").touch()
    (program / "web" / "backdoor2.pyc").touch()
    found = verify_release(program, str(key.public))
    assert (found.status, found.changed) == (
        "changed",
        (
            "cli.py (changed)",
            "web/backdoor.py (does not belong)",
            "web/backdoor2.pyc (does not belong)",
            "web/logo.svg (missing)",
        ),
    )


def test_a_changed_package_is_named(
    program: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    django = f"django {version('django')}"
    assert django in packages()
    monkeypatch.setattr(release, "_packages", lambda: iter({**packages(), django: "0"}.items()))
    found = verify_release(program, str(key.public))
    assert found.changed == (f"package {django} (changed)",)
    # On another kind of machine packages have other files: they are not compared, and it says so.
    monkeypatch.setattr(release, "_platform", lambda: "vax")
    found = verify_release(program, str(key.public))
    assert (found.status, found.packages_compared) == ("holds", False)


@pytest.mark.parametrize("part", ["files", "version", "packages", "public_key", "signature"])
def test_a_manifest_that_was_touched_is_forged(program: Path, key: SigningKey, part: str) -> None:
    manifest = json.loads((program / release.NAME).read_text())
    manifest[part] = {} if part in {"files", "packages"} else str(new_signing_key().public)
    write(program, manifest)
    assert verify_release(program, str(key.public)).status == "forged"
    del manifest[part]
    write(program, manifest)
    assert verify_release(program, str(key.public)).status == "forged"


def test_a_manifest_by_somebody_else_is_forged(program: Path, key: SigningKey) -> None:
    write(program, make_manifest(program, new_signing_key()))
    assert verify_release(program, str(key.public)).status == "forged"
    (program / release.NAME).write_text("<html>")
    assert verify_release(program, str(key.public)).status == "forged"
    (program / release.NAME).unlink()
    assert verify_release(program, str(key.public)).status == "missing"


@pytest.mark.django_db
def test_a_changed_program_raises_an_alarm_at_start_and_is_on_record(
    program: Path, key: SigningKey, settings: Any
) -> None:
    settings.PACKAGE, settings.RELEASE_KEY = program, str(key.public)
    note_start({}, actor=CLOCK)
    assert not Alert.objects.exists()
    (program / "cli.py").write_text("evil")
    note_start({}, actor=CLOCK)
    alert = Alert.objects.get()
    assert (alert.code, alert.severity, alert.role) == (
        "operations.program_changed",
        "critical",
        Role.SECURITY.value,
    )
    assert alert.values["names"] == "cli.py (changed)"
    entry = AuditEntry.objects.filter(code=STARTED).latest("sequence")
    facts = json.loads(entry.facts)
    assert (facts["release"], facts["differing"]) == ("changed", ["cli.py (changed)"])
    # The clock looks too; the same cause is the same alert.
    assert verify_program_job({}, actor=CLOCK, progress=lambda *_: None)["release"] == "changed"
    assert Alert.objects.get().times == 2


@pytest.mark.django_db
def test_without_a_release_nothing_is_alleged_until_one_is_expected(
    settings: Any, tmp_path: Path
) -> None:
    settings.PACKAGE, settings.RELEASE_KEY = tmp_path, ""
    note_start({}, actor=CLOCK)
    assert not Alert.objects.exists()
    settings.RELEASE_KEY = str(new_signing_key().public)
    note_start({}, actor=CLOCK)
    assert Alert.objects.get().values["names"] == "missing"


@pytest.mark.django_db
def test_a_changed_setting_raises_an_alarm_that_names_it_and_tells_no_value(
    settings: Any, tmp_path: Path
) -> None:
    settings.PACKAGE, settings.RELEASE_KEY = tmp_path, ""
    chosen = {"SHUCHENG_HTTPS": "1", "SHUCHENG_METRICS_TOKEN": "very-secret-value"}
    note_start(chosen, actor=CLOCK)
    note_start(chosen, actor=CLOCK)
    assert not Alert.objects.exists()
    note_start({**chosen, "SHUCHENG_HTTPS": "0", "SHUCHENG_DEMO": "1"}, actor=CLOCK)
    assert Alert.objects.get().values["names"] == "SHUCHENG_DEMO, SHUCHENG_HTTPS"
    recorded = "".join(AuditEntry.objects.values_list("facts", flat=True))
    assert "very-secret-value" not in recorded


@pytest.mark.django_db
def test_the_worker_looks_before_it_works(settings: Any, program: Path, key: SigningKey) -> None:
    settings.PACKAGE, settings.RELEASE_KEY = program, str(key.public)
    (program / "cli.py").write_text("evil")
    assert main(["worker", "--burst"]) == 0
    assert Alert.objects.filter(code="operations.program_changed").exists()


def test_the_commands_make_a_key_and_sign_what_is_here(
    settings: Any, program: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.PACKAGE = program
    file = tmp_path / "publisher.json"
    assert main(["release-key", str(file)]) == 0
    assert file.stat().st_mode & 0o077 == 0
    public = capsys.readouterr().out.split("SHUCHENG_RELEASE_KEY=")[1].strip()
    assert main(["release-key", str(file)]) == 2
    (program / "new.py").touch()
    assert main(["release-manifest", "--key", str(file)]) == 0
    assert verify_release(program, public).status == "holds"
    assert main(["release-manifest", "--key", str(program / "cli.py")]) == 2


def test_only_the_platform_notes_its_start(db: Any) -> None:
    with pytest.raises(Forbidden):
        note_start({}, actor=an_actor(Role.ADMINISTRATOR))
