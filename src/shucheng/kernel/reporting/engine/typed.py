"""Numbers as people type them, on a page or in a workbook."""

_WIDE = str.maketrans(
    "０１２３４５６７８９．，＋－−％", "0123456789.,+--%", " \u3000\u00a0\u2009\u202f\t\r\n"
)


def as_typed(text: str) -> str:
    """The text with full-width digits and signs made narrow, thousands separators and blanks away.

    What is no number afterwards is given back as it was, without blanks around it, so that an
    error can show it. `1,200.5` and `1 200.5` → `1200.5`; `12,5` stays: a comma is no point.
    """
    narrow = text.translate(_WIDE)
    bare = narrow.rstrip("%")
    sign, digits = (bare[:1], bare[1:]) if bare[:1] in "+-" else ("", bare)
    whole, point, rest = digits.partition(".")
    groups = whole.split(",")
    grouped = (
        len(groups) > 1
        and len(groups[0]) in (1, 2, 3)
        and all(len(group) == 3 for group in groups[1:])
    )
    whole = "".join(groups) if grouped else whole
    is_number = whole.isascii() and whole.isdigit() and (not point or rest.isdigit())
    if not is_number or not rest.isascii() or narrow.count("%") > 1:
        return text.strip()
    return f"{'-' if sign == '-' else ''}{whole}{point}{rest}{'%' if narrow.endswith('%') else ''}"


def without_percent(text: str) -> tuple[str, bool]:
    """The text without a percent sign at its end, and whether there was one."""
    return (text[:-1].strip(), True) if text.endswith("%") else (text, False)
