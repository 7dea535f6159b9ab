"""Whoever reads the audit log reads words: every code that is recorded has some, in Chinese too."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.utils import translation

import shucheng
from shucheng.kernel.audit.words import known_codes, words_of
from shucheng.plan.models import Decision

PACKAGE = Path(shucheng.__file__).parent


def recorded_codes() -> Iterator[str]:
    """The first argument of every call of `record`, written out or as a constant's name."""
    for path in PACKAGE.rglob("*.py"):
        if {"tests", "migrations"} & set(path.parts):
            continue
        module = ".".join(("shucheng", *path.relative_to(PACKAGE).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if not called or node.func.id != "record" or not node.args:
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant):
                yield first.value
            elif isinstance(first, ast.Name) and first.id.isupper():
                yield getattr(import_module(module), first.id)
    # Written as `plan.item.{decision}`.
    yield from (f"plan.item.{decision}" for decision in Decision.values)


def test_every_recorded_code_has_words() -> None:
    codes = set(recorded_codes())
    assert len(codes) > 50
    assert codes <= known_codes(), sorted(codes - known_codes())


def test_the_words_are_chinese_on_a_chinese_screen() -> None:
    with translation.override("zh-hans"):
        for code in known_codes():
            assert any("一" <= sign <= "鿿" for sign in words_of(code)), code
    assert words_of("nobody.named.this") == "nobody.named.this"
