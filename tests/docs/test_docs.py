"""The docs say what the code does: pages are fresh, links lead somewhere, commands exist."""

import re
from pathlib import Path

import pytest

from shucheng.cli import parser
from shucheng.plan.compiler.lint.run import rules
from shucheng.web.reference import pages

ROOT = Path(__file__).parents[2]
PAGES = pages(parser())
PAGES_WITH_LINKS = sorted(
    path for pattern in ("*.md", "docs/**/*.md", "cities/*.md") for path in ROOT.glob(pattern)
)


@pytest.mark.parametrize("name", PAGES)
def test_the_generated_reference_is_fresh(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run `make docs` and look at the difference"


@pytest.mark.parametrize("page", PAGES_WITH_LINKS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    missing = [
        link
        for link in links
        if not re.match(r"[a-z]+:", link) and not (page.parent / link).exists()
    ]
    assert not missing


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    for readme in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"`?make ([a-z-]+)", (ROOT / readme).read_text(encoding="utf-8")))
        assert named <= targets, readme


def test_every_lint_rule_has_a_page() -> None:
    for rule in rules():
        page = ROOT / "docs" / "reference" / "lint" / f"{rule.code}.md"
        assert page.exists(), rule.code


def test_pictures_are_small() -> None:
    sizes = {picture: picture.stat().st_size for picture in (ROOT / "docs").rglob("*.png")}
    assert not [picture for picture, size in sizes.items() if size > 200_000]
    assert sum(sizes.values()) < 4_000_000
