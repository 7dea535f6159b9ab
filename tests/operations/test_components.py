"""The list of what is installed is true, and a known flaw of it is found."""

import json
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from shucheng.cli import main
from shucheng.kernel.operations.advisories import Unreadable, examine
from shucheng.kernel.operations.components import Component, bill_of_materials, components

LOCK = {
    "packages": {
        "": {"name": "frontend"},
        "node_modules/charts": {"version": "6.1.0", "license": "MIT", "dependencies": {"lib": "2"}},
        "node_modules/lib": {"version": "2.9.1", "dev": True},
        "node_modules/charts/node_modules/lib": {"version": "2.3.0"},
        "node_modules/@scope/tool": {"version": "1.0.0-beta.2", "dev": True},
        "node_modules/other/node_modules/lib": {"version": "2.9.1", "dev": True},
    }
}


@pytest.fixture
def found(tmp_path: Path) -> list[Component]:
    lock = tmp_path / "package-lock.json"
    lock.write_text(json.dumps(LOCK))
    return components(lock)


def test_the_list_names_what_runs_with_its_version_and_what_only_lies_beside(
    found: list[Component],
) -> None:
    python = {c.name: c for c in found if c.ecosystem == "PyPI"}
    assert python["django"].version == version("django")
    # asgiref is needed by Django, not by us; pytest by nobody who runs the platform.
    assert python["asgiref"].needed
    assert not python["pytest"].needed
    assert python["django"].licence == "BSD-3-Clause"
    assert python["asgiref"].purl in python["django"].needs
    npm = {(c.name, c.version): c for c in found if c.ecosystem == "npm"}
    assert sorted(npm) == [
        ("@scope/tool", "1.0.0-beta.2"),
        ("charts", "6.1.0"),
        ("lib", "2.3.0"),
        ("lib", "2.9.1"),
    ]
    assert npm["charts", "6.1.0"].needs == ("pkg:npm/lib@2.3.0",)
    assert npm["@scope/tool", "1.0.0-beta.2"].purl == "pkg:npm/%40scope/tool@1.0.0-beta.2"
    assert [c.needed for c in npm.values()] == [False, True, True, False]


def test_the_bill_of_materials_is_cyclonedx(found: list[Component]) -> None:
    bill = bill_of_materials(found, "0.1.0")
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    refs = [c["bom-ref"] for c in bill["components"]]
    assert len(refs) == len(set(refs)) == len(found) + 2
    root = bill["metadata"]["component"]["bom-ref"]
    known = {root, *refs}
    assert all({d["ref"], *d["dependsOn"]} <= known for d in bill["dependencies"])
    [top] = [d for d in bill["dependencies"] if d["ref"] == root]
    assert f"pkg:pypi/django@{version('django')}" in top["dependsOn"]
    scopes = {c["name"]: c.get("scope") for c in bill["components"]}
    assert (scopes["django"], scopes["pytest"]) == ("required", "excluded")


def advisory(*events: dict[str, str], name: str = "Made_Up.Package", **more: Any) -> dict[str, Any]:
    package = {"ecosystem": more.pop("ecosystem", "PyPI"), "name": name}
    span = {"type": more.pop("type", "ECOSYSTEM"), "events": list(events)}
    affected = {"package": package, "ranges": [span], "versions": more.pop("versions", [])}
    return {
        "id": "TEST-2026-1",
        "modified": "2026-01-02T00:00:00Z",
        "summary": "anybody may do anything",
        "affected": [affected],
        **more,
    }


def verdict(document: dict[str, Any], component: Component, tmp_path: Path) -> list[bool]:
    path = tmp_path / "advisory.json"
    path.write_text(json.dumps(document))
    return [flaw.certain for flaw in examine([component], path).flaws]


FIXED = ({"introduced": "0"}, {"fixed": "1.10"})


@pytest.mark.parametrize(
    ("events", "hit", "spared"),
    [
        (FIXED, ["0.1", "1.9.9", "1.10rc1", "0.dev1"], ["1.10", "1.10.post1", "2"]),
        (({"introduced": "1.2"}, {"last_affected": "1.4"}), ["1.2", "1.4"], ["1.1", "1.4.1"]),
        (({"introduced": "2"},), ["2", "99"], ["1.99"]),
        (
            # As some databases have it: the second span first.
            ({"introduced": "2"}, {"fixed": "2.5"}, {"introduced": "0"}, {"fixed": "1.5"}),
            ["1.4", "2.4"],
            ["1.5", "1.9", "2.5"],
        ),
    ],
)
def test_a_version_is_inside_a_range_by_the_rules_of_the_index(
    events: tuple[dict[str, str], ...], hit: list[str], spared: list[str], tmp_path: Path
) -> None:
    for installed, expected in (*((v, [True]) for v in hit), *((v, []) for v in spared)):
        component = Component("PyPI", "made-up-package", installed, True)
        assert verdict(advisory(*events), component, tmp_path) == expected, installed


def test_listed_versions_count_and_other_ecosystems_and_commits_do_not(tmp_path: Path) -> None:
    component = Component("PyPI", "made-up-package", "1.0", True)
    assert verdict(advisory(versions=["1.0"]), component, tmp_path) == [True]
    assert verdict(advisory(*FIXED, ecosystem="npm"), component, tmp_path) == []
    assert verdict(advisory(*FIXED, type="GIT"), component, tmp_path) == []
    assert verdict(advisory(*FIXED, withdrawn="2026-02-01T00:00:00Z"), component, tmp_path) == []


def test_npm_names_are_exact_and_strange_versions_are_left_to_a_person(tmp_path: Path) -> None:
    npm = {"ecosystem": "npm", "type": "SEMVER", "name": "@scope/tool"}
    tool = Component("npm", "@scope/tool", "1.0.0-beta.2", False)
    assert verdict(advisory(*FIXED, **npm), tool, tmp_path) == [True]
    strange = Component("npm", "@scope/tool", "0.0.0-insiders.f00", False)
    assert verdict(advisory(*FIXED, **npm), strange, tmp_path) == [False]
    other = Component("npm", "@Scope/tool", "1.0.0", False)
    assert verdict(advisory(*FIXED, **npm), other, tmp_path) == []


def test_the_copy_may_be_a_folder_or_the_archive_of_osv(tmp_path: Path) -> None:
    component = Component("PyPI", "made-up-package", "1.0", True)
    folder = tmp_path / "osv"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(advisory(*FIXED, aliases=["CVE-2026-1"])))
    (folder / "b.json").write_text(json.dumps(advisory(name="other")))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(folder / "a.json", "a.json")
        archive.write(folder / "b.json", "b.json")
    for source in (folder, tmp_path / "all.zip"):
        examined = examine([component], source)
        assert examined.advisories == 2
        assert str(examined.newest) == "2026-01-02 00:00:00+00:00"
        assert [str(flaw) for flaw in examined.flaws] == [
            "made-up-package 1.0: TEST-2026-1, CVE-2026-1 [not rated] anybody may do anything; "
            "fixed in 1.10"
        ]


@pytest.mark.parametrize("content", ["<html>", "[]", "{}", "1"])
def test_what_is_no_advisory_is_no_clean_bill(content: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(Unreadable, match=r"a\.json"):
        examine([], tmp_path)
    (tmp_path / "a.json").unlink()
    with pytest.raises(Unreadable, match="no advisory"):
        examine([], tmp_path)


def test_the_command_writes_the_list_and_fails_on_a_known_flaw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sbom.json"
    assert main(["sbom", "--out", str(out)]) == 0
    assert any(c["name"] == "django" for c in json.loads(out.read_text())["components"])
    source = tmp_path / "osv.json"
    source.write_text(json.dumps(advisory(*FIXED, name="nobody-has-this")))
    assert main(["sbom", "--out", str(out), "--advisories", str(source)]) == 0
    source.write_text(json.dumps(advisory({"introduced": "5"}, {"fixed": "99"}, name="Django")))
    assert main(["sbom", "--out", str(out), "--advisories", str(source)]) == 1
    assert f"django {version('django')}: TEST-2026-1" in capsys.readouterr().err
    assert main(["sbom", "--out", str(out), "--advisories", str(tmp_path / "none")]) == 2
