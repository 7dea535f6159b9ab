"""Words that speak of people: names, addresses, organisations, illnesses.

None of these has a check: each is a judgement over a column, with thresholds in recognisers.yaml.
A name is a surname and characters that given names use, of two to four 汉字, and no known word or
place; a column of names has few values twice.
"""

import re

from .numbers import NOTHING, Look, Seen
from .rules import Rules
from .text import Value

_HAN = "\u3400-\u9fff"
_ROAD = (
    "路|街|大道|巷|弄|胡同|村|庄|里|屯|小区|花园|家园|公寓|新村|苑|城"
    "|社区|居委会|街道|镇|乡|大厦|广场|名都|府"
)
_DOOR = (
    r"(?:\d{1,5}|[一二三四五六七八九十百]{1,4})(?:[\-/之]\d{1,4})*[A-Z]? ?"
    r"(?:号(?![线文令桥口闸井房车机])|弄|栋|幢|座|单元|室|组|队|#|户)"
)
_ADDRESS = re.compile(
    rf"[{_HAN}A-Z0-9](?:{_ROAD})[^,。;:、]{{0,18}}?(?:{_DOOR}|\d{{1,3}}-\d{{1,3}}-\d{{2,4}})"
)
_DOTTED = re.compile(rf"[{_HAN}]{{1,6}}[·•][{_HAN}]{{1,8}}(?:[·•][{_HAN}]{{1,8}})?")
_ALL_HAN = re.compile(rf"[{_HAN}]{{2,4}}")
_ICD = re.compile(r"[A-TV-Z]\d{2}\.[\dX]\d{0,2}(?:[X\d]\d{2,3})?\+?")


def recognisers(rules: Rules) -> dict[str, Look]:
    """The recognisers of this module by their code in recognisers.yaml."""
    words = rules.words
    ending = re.compile(rf"(?:{'|'.join(words.organisation_endings)})(?:\([{_HAN}]{{1,12}}\))?$")
    disease = re.compile("|".join(sorted(words.diseases, key=len, reverse=True)))
    elsewhere = re.compile("|".join(words.not_patients))
    cue = re.compile(rf"(?:{'|'.join(words.name_cues)})[:是为 ]{{0,2}}([{_HAN}]{{2,4}})")
    title = re.compile(rf"([{_HAN}]{{1,3}})(?:{'|'.join(words.name_titles)})")

    def name(value: Value) -> Seen:
        text = value.text.replace(" ", "")
        if len(text) > 20:
            return NOTHING
        if _DOTTED.fullmatch(text):
            return Seen(1, [text])
        if not _ALL_HAN.fullmatch(text):
            return NOTHING
        return Seen(1, [text] if is_name(text, rules) else [])

    def name_text(value: Value) -> Seen:
        text = value.text
        if len(text) < 6:
            return NOTHING
        found = [_name_at_start(each, rules) for each in cue.findall(text)]
        found += [_name_at_end(each, rules) for each in title.findall(text)]
        names = [each for each in found if each]
        return Seen(len(names), names)

    def address(value: Value) -> Seen:
        match = _ADDRESS.search(value.text) if len(value.text) > 4 else None
        return Seen(1, [value.text]) if match else NOTHING

    def organisation(value: Value) -> Seen:
        text = value.text
        if not 4 <= len(text) <= 60:
            return NOTHING
        return Seen(1, [text]) if ending.search(text) else NOTHING

    def health(value: Value) -> Seen:
        text = value.text
        if not disease.search(text):
            return NOTHING
        return NOTHING if elsewhere.search(text) or ending.search(text) else Seen(1, [text])

    def icd(value: Value) -> Seen:
        text = value.text
        return Seen(1, [text]) if 5 <= len(text) <= 11 and _ICD.fullmatch(text) else NOTHING

    return {
        "name": name,
        "name_text": name_text,
        "address": address,
        "organisation": organisation,
        "health": health,
        "icd": icd,
    }


def is_name(text: str, rules: Rules) -> bool:
    """Two to four 汉字: a surname (one or two characters) and one or two that given names use."""
    if text in rules.not_names or (len(text) > 2 and text[-1] in rules.words.not_name_endings):
        return False
    if text[:2] in rules.words.compound_surnames:
        return len(text) > 2 and all(each in rules.given for each in text[2:])
    if text[0] not in rules.surnames:
        return False
    if len(text) == 4:
        return text[1] in rules.surnames and all(each in rules.given for each in text[2:])
    return all(each in rules.given for each in text[1:])


def _name_at_start(text: str, rules: Rules) -> str:
    return next((text[:n] for n in (4, 3, 2) if n <= len(text) and is_name(text[:n], rules)), "")


def _name_at_end(text: str, rules: Rules) -> str:
    """张三先生 or 王女士."""
    whole = next((text[-n:] for n in (3, 2) if n <= len(text) and is_name(text[-n:], rules)), "")
    return whole or (text[-1:] if text[-1:] in rules.surnames else "")
