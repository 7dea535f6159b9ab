"""The shape of the house, checked."""

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest

from shucheng.kernel.bay import Bay, bays
from shucheng.kernel.observations.listeners import listeners
from shucheng.plan.actions.values import follow_observations

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "shucheng"
# What a room may hold; a file over 400 lines becomes a folder of its name.
ROOM_FILES = {
    *(
        "actions",
        "alert_words",
        "api",
        "apps",
        "audit_words",
        "bay",
        "jobs",
        "metrics",
        "models",
        "queries",
    ),
    *("data", "engine", "migrations", "permissions", "simulation", "templates", "templatetags"),
    *("urls", "views"),
    *("tests", "locale", "__init__", "static"),
}


def modules_of(part: str) -> list[Path]:
    return [p for p in (PACKAGE / part).rglob("*.py") if "tests" not in p.parts]


def test_package_inits_are_empty() -> None:
    # A folder of tables is the exception: Django looks for them in the package itself.
    packages = (p for p in PACKAGE.rglob("__init__.py") if p.parent.name != "models")
    full = [p for p in packages if p.read_text().strip()]
    assert not full


@pytest.mark.parametrize(
    "part", ["lib", "plan/compiler", "plan/formula", "plan/judgement", "plan/city"]
)
def test_engines_can_be_used_without_django(part: str) -> None:
    for path in modules_of(part):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            name.split(".")[0]
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert not imported & {"django", "ninja", "allauth"}, path


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in PACKAGE.rglob("*.py")
        if "migrations" not in p.parts
        and "tests" not in p.parts
        and (n := len(p.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


ACTION_MODULES = sorted(
    ".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts)
    for p in PACKAGE.rglob("*.py")
    if ("actions" in p.parts or p.stem == "actions") and p.stem != "__init__"
)


@pytest.mark.parametrize("name", ACTION_MODULES)
def test_every_write_takes_its_actor_by_keyword(name: str) -> None:
    """Public functions of an actions module take `actor` by keyword; those that write are actions
    (or call one), which the frame `@action` makes sure of."""
    module = import_module(name)
    for function_name, function in vars(module).items():
        if (
            function_name.startswith("_")
            or not inspect.isfunction(function)
            or function.__module__ != name
        ):
            continue
        if getattr(function, "is_action", False):
            actor = inspect.signature(function).parameters.get("actor")
            assert actor is not None, function_name
            assert actor.kind is inspect.Parameter.KEYWORD_ONLY, function_name


def test_every_bay_declares_itself_fully() -> None:
    for bay in bays():
        check_bay(bay)


def check_bay(bay: Bay) -> None:
    """What a manifest promises is there: names in both languages, permissions of its own, a menu
    that is permitted, metrics and jobs under its own code, and the files of a bay only."""
    assert bay.name_zh
    assert bay.name_en
    assert all(p.code.startswith(f"{bay.code}.") for p in bay.permissions)
    codes = {permission.code for permission in bay.permissions}
    assert all(entry.permission in codes for entry in bay.menu)
    assert all(job.startswith(f"{bay.code}.") for job in bay.jobs)
    assert {entry.job for entry in bay.schedule} <= set(bay.jobs)
    folder = PACKAGE / "bays" / bay.code
    if folder.exists():
        unknown = {p.stem for p in folder.iterdir() if not p.name.startswith("__pycache__")}
        assert unknown <= ROOM_FILES


def test_the_contract_catches_a_careless_bay() -> None:
    careless = Bay(code="data", name_zh="数据", name_en="", jobs={"other.job": print})
    with pytest.raises(AssertionError):
        check_bay(careless)


def test_no_django_signals_are_used() -> None:
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "django.db.models.signals" not in text, path


def test_the_repository_names_no_machine_and_no_registry() -> None:
    for path in (ROOT / "requirements").glob("*.lock"):
        assert "://" not in path.read_text()
    lock = ROOT / "frontend" / "package-lock.json"
    assert '"resolved"' not in lock.read_text()


def test_one_function_and_no_other_follows_observations() -> None:
    """Decision 0009: a second one would make the list a signal under another name."""
    assert listeners() == (follow_observations,)
