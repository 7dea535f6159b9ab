"""Read a formula's text: metric codes, numbers, functions, + - * / and brackets, nothing else.

    formula    = term {("+" | "-") term}
    term       = factor {("*" | "/") factor}
    factor     = "-" factor | number | "(" formula ")" | metric | call
    metric     = code ["[" dimension "=" code {"|" code} {"," dimension "=" ...} "]"]
    call       = function "(" formula {"," formula} ")"

A formula is data: it is parsed, never evaluated as code. Full-width signs and × ÷ are read too.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Final, NamedTuple, cast

from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.model import (
    FUNCTIONS,
    READINGS,
    Call,
    Function,
    Node,
    Number,
    Operation,
    Over,
    Reading,
    Selection,
    Sign,
)

MOST_CHARACTERS: Final = 1000
# No indicator needs more; it keeps every walk over the tree shallow and every product finite.
MOST_PARTS: Final = 120

_TOKEN = re.compile(
    r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<number>\d{1,15}(?:\.\d{1,12})?)(?![\w.])"
    r"|(?P<sign>[-+*/(),])|(?P<chosen>\[[^\[\]]*\])",
    re.ASCII,
)
_CHOSEN = re.compile(r"\s*(?P<name>[a-z][a-z0-9_]*)\s*=\s*(?P<codes>[^=,]+?)\s*", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*", re.ASCII)
_SPELLINGS = str.maketrans({"×": "*", "÷": "/", "−": "-", "–": "-", "【": "[", "】": "]"})


class _Token(NamedTuple):
    kind: str
    text: str
    span: tuple[int, int]


def parse(text: str) -> Node:
    """The tree of a formula. Raises `FormulaInvalid`; spans count in `text`."""
    if len(text) > MOST_CHARACTERS:
        raise FormulaInvalid("formula.too_long", limit=MOST_CHARACTERS, parts=MOST_PARTS)
    tokens = _tokens(text)
    if not tokens:
        raise FormulaInvalid("formula.empty")
    if len(tokens) > MOST_PARTS:
        raise FormulaInvalid("formula.too_long", limit=MOST_CHARACTERS, parts=MOST_PARTS)
    return _Parser(tokens, len(text)).whole()


def _tokens(text: str) -> list[_Token]:
    # Every character folds to one (or is refused below), so that spans stay those of the text.
    folded = "".join(
        narrow if len(narrow := unicodedata.normalize("NFKC", letter)) == 1 else letter
        for letter in text
    ).translate(_SPELLINGS)
    tokens: list[_Token] = []
    position = 0
    while position < len(folded):
        if folded[position].isspace():
            position += 1
            continue
        match = _TOKEN.match(folded, position)
        if match is None:
            found = text[position:].split(maxsplit=1)[0][:20]
            raise FormulaInvalid(
                "formula.not_understood", (position, position + len(found)), found=found
            )
        tokens.append(_Token(str(match.lastgroup), match[0], match.span()))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[_Token], length: int) -> None:
        self._tokens = tokens
        self._end = _Token("end", "", (length, length))
        self._next = 0

    def whole(self) -> Node:
        node = self._sum()
        if self._peek().kind != "end":
            raise self._lost()
        return node

    def _sum(self) -> Node:
        node = self._product()
        while self._peek().text in {"+", "-"}:
            node = self._operation(node, self._product)
        return node

    def _product(self) -> Node:
        node = self._factor()
        while self._peek().text in {"*", "/"}:
            node = self._operation(node, self._factor)
        return node

    def _operation(self, left: Node, read_right: Callable[[], Node]) -> Node:
        sign = cast(Sign, self._take().text)
        right = read_right()
        return Operation(sign, left, right, (left.span[0], right.span[1]))

    def _factor(self) -> Node:
        token = self._take()
        if token.text == "-":
            factor = self._factor()
            zero = Number(Fraction(0), token.span)
            return Operation("-", zero, factor, (token.span[0], factor.span[1]))
        if token.kind == "number":
            return Number(Fraction(token.text), token.span)
        if token.text == "(":
            node = self._sum()
            close = self._expect(")")
            return replace(node, span=(token.span[0], close.span[1]))
        if token.kind != "name":
            raise self._lost(token)
        return self._call(token) if self._peek().text == "(" else self._metric(token)

    def _metric(self, name: _Token) -> Reading:
        if self._peek().kind != "chosen":
            return Reading(name.text, span=name.span)
        chosen = self._take()
        return Reading(name.text, "own", _selection(chosen), (name.span[0], chosen.span[1]))

    def _call(self, name: _Token) -> Node:
        if name.text not in FUNCTIONS and name.text not in READINGS:
            functions = ", ".join([*READINGS, *FUNCTIONS])
            raise FormulaInvalid(
                "formula.unknown_function", name.span, name=name.text, functions=functions
            )
        self._expect("(")
        arguments = [self._sum()]
        while self._peek().text == ",":
            self._take()
            arguments.append(self._sum())
        span = (name.span[0], self._expect(")").span[1])
        wanted = FUNCTIONS.get(cast(Function, name.text), 1)
        if len(arguments) != wanted:
            what = "one argument" if wanted == 1 else f"{wanted} arguments"
            raise FormulaInvalid("formula.arguments", span, name=name.text, wanted=what)
        if name.text in FUNCTIONS:
            return Call(name.text, tuple(arguments), span)
        inner = arguments[0]
        if not isinstance(inner, Reading) or inner.over != "own":
            raise FormulaInvalid("formula.not_a_metric", inner.span, name=name.text)
        return replace(inner, over=cast(Over, name.text), span=span)

    def _peek(self) -> _Token:
        return self._tokens[self._next] if self._next < len(self._tokens) else self._end

    def _take(self) -> _Token:
        token = self._peek()
        self._next += 1
        return token

    def _expect(self, text: str) -> _Token:
        token = self._take()
        if token.kind == "end":
            raise FormulaInvalid("formula.unclosed", token.span)
        if token.text != text:
            raise self._lost(token)
        return token

    def _lost(self, token: _Token | None = None) -> FormulaInvalid:
        token = token or self._peek()
        found = token.text or "the end of the formula"
        return FormulaInvalid("formula.not_understood", token.span, found=found)


def _selection(token: _Token) -> Selection:
    chosen: dict[str, tuple[str, ...]] = {}
    for part in token.text[1:-1].split(","):
        match = _CHOSEN.fullmatch(part)
        codes = [code.strip() for code in match["codes"].split("|")] if match else []
        if not match or match["name"] in chosen or not all(map(_CODE.fullmatch, codes)):
            raise FormulaInvalid("formula.not_understood", token.span, found=token.text[:40])
        chosen[match["name"]] = tuple(sorted(set(codes)))
    return tuple(sorted(chosen.items()))
