"""Numbers as people type them, on a page or in a workbook."""

from shucheng.lib.numbers import written_number


def as_typed(text: str) -> str:
    """The text as a bare number (`1,200.5` and `１２００．５` → `1200.5`, `35.2 ％` → `35.2%`).

    What is no number is given back as it was, without blanks around it, so that an error can show
    it: `12,5`, `41 2` and two lines in one cell stay what they are.
    """
    bare, percent = without_percent(text.strip())
    number = written_number(bare)
    if number is None:
        return text.strip()
    return f"{number}%" if percent else number


def without_percent(text: str) -> tuple[str, bool]:
    """The text without a percent sign at its end, and whether there was one."""
    return (text[:-1].strip(), True) if text.endswith(("%", "％")) else (text, False)
