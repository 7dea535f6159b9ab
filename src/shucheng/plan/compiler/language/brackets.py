"""What stands in brackets, in folded text (where every bracket is round)."""

from collections.abc import Iterator

from shucheng.plan.compiler.document import Span


def outermost_brackets(folded: str) -> Iterator[Span]:
    """The brackets of a text with what is in them, inner ones left out, in order.

    A bracket that is never closed runs to the end of the text.
    """
    depth, start = 0, 0
    for position, character in enumerate(folded):
        if character == "(":
            start = start if depth else position
            depth += 1
        elif character == ")" and depth:
            depth -= 1
            if depth == 0:
                yield start, position + 1
    if depth:
        yield start, len(folded)


def blank_brackets(folded: str) -> str:
    """The text with what stands in brackets blanked out; every other character keeps its place."""
    kept: list[str] = []
    taken = 0
    for start, end in outermost_brackets(folded):
        kept += [folded[taken:start], " " * (end - start)]
        taken = end
    return "".join([*kept, folded[taken:]])
