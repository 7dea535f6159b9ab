"""Bytes to text: byte order marks, UTF-8, then GB18030 where the result reads as Chinese."""

import codecs

from shucheng.plan.compiler.errors import PlanUnreadable

_BOMS = (
    # UTF-32 before UTF-16: its little-endian mark begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 50_000
# Share of Chinese characters that are of GB 2312's first level (the 3755 common ones): running
# Chinese text has 0.99, traditional script 0.6, text decoded with a wrong table at most 0.45.
_GB18030_SHARE = 0.8
_MOJIBAKE_SHARE = 0.3
_TELLING = 100
# A third of a plan's signs are digits, marks and blanks.
_LEAST_SHARE = 0.3


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of `data`; `declared` is an encoding that the file itself names (HTML)."""
    text = _decode(data, declared)
    if "\0" in text:
        raise PlanUnreadable("plan.nul_bytes")
    count, common = _common_share(text)
    if count >= _TELLING and common < _MOJIBAKE_SHARE:
        raise PlanUnreadable("plan.encoding", reason="it was decoded with a wrong table before")
    return text


def utf16_without_mark(data: bytes) -> str | None:
    """The UTF-16 in which the bytes read as Chinese; its Latin signs are what holds zeros."""
    sample = data[: 2 * _SAMPLE]
    if b"\0" not in sample or len(data) % 2:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "replace")
        count, common = _common_share(text)
        if count > _LEAST_SHARE * len(text) and common >= _GB18030_SHARE and "\0" not in text:
            return encoding
    return None


def _decode(data: bytes, declared: str | None) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data, encoding)
    if b"\0" in data:
        unmarked = utf16_without_mark(data)
        if unmarked is None:
            raise PlanUnreadable("plan.nul_bytes")
        return _strict(data, unmarked)
    if declared is not None and not declared.lower().startswith(("utf", "gb")):
        return _declared(data, declared)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _gb18030(data, error)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        raise PlanUnreadable("plan.encoding", reason=f"damaged {encoding.upper()}") from error


def _declared(data: bytes, declared: str) -> str:
    """A page that says Big5 or windows-1252 is believed only where UTF-8 does not fit."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        try:
            return data.decode(declared)
        except (LookupError, UnicodeError):
            return _gb18030(data, error)


def _gb18030(data: bytes, utf8: UnicodeDecodeError) -> str:
    if utf8.start >= len(data) - 3 and utf8.reason == "unexpected end of data":
        raise PlanUnreadable("plan.encoding", reason="the file ends inside a character") from utf8
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        reason = f"first bad byte for UTF-8 at {utf8.start}, for GB18030 at {error.start}"
        raise PlanUnreadable("plan.encoding", reason=reason) from error
    count, common = _common_share(text)
    if count == 0 or common < _GB18030_SHARE:
        raise PlanUnreadable("plan.encoding", reason="as GB18030 it does not read as Chinese")
    return text


def _common_share(text: str) -> tuple[int, float]:
    """How many Chinese characters a sample holds, and which share of them is common."""
    sample = text[:_SAMPLE] if len(text) <= 2 * _SAMPLE else text[:_SAMPLE] + text[-_SAMPLE:]
    chinese = "".join(char for char in sample if "\u4e00" <= char <= "\u9fff")
    leads = chinese.encode("gb2312", "replace").replace(b"?", b"??")[::2]
    common = sum(0xB0 <= lead <= 0xD7 for lead in leads)
    return len(chinese), common / max(1, len(chinese))
