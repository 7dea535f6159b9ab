"""The compiler's guide says what the compiler does."""

import re
from pathlib import Path

import pytest
from tests.plan.compiler.gold import REPOSITORY
from tests.plan.compiler.test_targets import told

GUIDE = REPOSITORY / "docs" / "guide" / "compiler.md"
COMPILER = REPOSITORY / "src" / "shucheng" / "plan" / "compiler"
ROWS = re.findall(r"^\| `([^`]+。)` \| (.+) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("sentence", "said"), ROWS)
def test_an_example_of_the_guide_is_read_as_it_says(sentence: str, said: str) -> None:
    assert told(sentence) == re.findall("`([^`]+)`", said)


def test_every_module_that_the_guide_names_is_there() -> None:
    modules = {str(path.relative_to(COMPILER)) for path in COMPILER.rglob("*.py")}
    names = {Path(module).name for module in modules} | modules
    text = GUIDE.read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_/]+\.py)`", text))
    elsewhere = {"shucheng/lib/units.py", "benchmarks/compiler.py", "test_lint_rules.py"}
    assert {name for name in named if not name.startswith("tests/")} - elsewhere <= names
    folders = {path.name for path in COMPILER.iterdir() if path.is_dir()} - {"__pycache__"}
    assert all(f"`{folder}/" in text for folder in folders)
