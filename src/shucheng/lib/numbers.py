"""Numbers as browsers send them."""


def whole_number(text: str) -> int | None:
    """A whole number from 0 that a database column holds; None for anything else.

    `int` takes more: signs, blanks and other scripts' digits; and it refuses what `str.isdigit`
    lets through, such as ² or five thousand nines.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
