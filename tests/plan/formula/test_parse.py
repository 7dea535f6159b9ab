"""A formula's text is read as data, printed back, and refused with the place and a next step."""

import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.parse import parse


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("ytd(core_revenue)", "ytd(core_revenue)"),
        (" a+b *c ", "a + b * c"),
        ("(a+b)*c", "(a + b) * c"),
        ("a-(b-c)", "a - (b - c)"),
        ("a-b-c", "a - b - c"),
        ("a/(b*c)", "a / (b * c)"),
        ("-yoy(ytd(a))", "0 - yoy(ytd(a))"),
        ("share(ytd(a), city(ytd(a)))", "share(ytd(a), city(ytd(a)))"),
        ("last(a[size=large|small, industry=01])", "last(a[industry=01, size=large|small])"),
        ("a × 1.5 ÷ 3", "a * 1.5 / 3"),
        ("（a＋b）＊２", "(a + b) * 2"),
    ],
)
def test_a_formula_prints_as_it_is_understood(text: str, printed: str) -> None:
    assert str(parse(text)) == printed
    assert parse(printed) == parse(text)


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("", "formula.empty", ""),
        ("   ", "formula.empty", ""),
        ("a +", "formula.not_understood", ""),
        ("a b", "formula.not_understood", "b"),
        ("sum(a", "formula.unclosed", ""),
        ("sum(a))", "formula.not_understood", ")"),
        ("median(a)", "formula.unknown_function", "median"),
        ("share(a)", "formula.arguments", "share(a)"),
        ("yoy(a, b)", "formula.arguments", "yoy(a, b)"),
        ("ytd(a + b)", "formula.not_a_metric", "a + b"),
        ("ytd(yoy(a))", "formula.not_a_metric", "yoy(a)"),
        ("a[industry]", "formula.not_understood", "[industry]"),
        ("a[industry=01, industry=02]", "formula.not_understood", "[industry=01, industry=02]"),
        ("a[x='; DROP TABLE panel; --]", "formula.not_understood", "[x='; DROP TABLE panel; --]"),
        ("__import__('os')", "formula.not_understood", "'os')"),
        ("a.b", "formula.not_understood", ".b"),
        ("1e9", "formula.not_understood", "1e9"),
        ("a ** 2", "formula.not_understood", "*"),
        ("a; b", "formula.not_understood", ";"),
        ("(" * 200 + "a" + ")" * 200, "formula.too_long", ""),
        ("a + " * 400, "formula.too_long", ""),
    ],
)
def test_what_is_no_formula_says_where_and_why(text: str, code: str, where: str) -> None:
    with pytest.raises(FormulaInvalid) as refused:
        parse(text)
    assert refused.value.code == code
    start, end = refused.value.span
    assert text[start:end] == where
    assert refused.value.message
    assert refused.value.hint


_SIGNS = string.ascii_lowercase + "0123456789()[]=|,+-*/ ._"


@settings(max_examples=500)
@given(
    st.text(max_size=80) | st.text(string.ascii_lowercase + "0123456789()[]=|,+-*/ ._", max_size=80)
)
@example("((((((((((((((((((((((((((((((((((((((((((((((((a))))))")
@example("lambda: 0")
@example("a[b=c|]")
def test_any_text_is_a_formula_or_a_clear_refusal(text: str) -> None:
    refused: FormulaInvalid | None = None
    try:
        tree = parse(text)
    except FormulaInvalid as error:
        refused = error
    if refused:
        assert 0 <= refused.span[0] <= refused.span[1] <= len(text)
    else:
        assert parse(str(tree)) == tree
