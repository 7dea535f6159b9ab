"""Names of organisations: lists split, names told from other words, short and full ones joined.

`expand_organisations` reads a list as printed; `canonical` gives names of one body the same
key (市工信局 and 盐城市工业和信息化局).
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from shucheng.plan.compiler.language.brackets import blank_brackets
from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.organisations.government_bodies import ENDINGS, STEMS, SUFFIXES, WHOLE

LEVELS = "省|自治区|市|自治州|州|盟|县|区|旗"
STEM_OF = {form: full for full, short in STEMS.items() for form in (full, *short)}
WHOLE_OF = {form: full for full, short in WHOLE.items() for form in (full, *short)}
_ENDING_OF = {form: full for full, short in ENDINGS.items() for form in (full, short)}
_LONGEST_NAME = 30
_LONGEST_STEM = max(map(len, STEM_OF))
_LONGEST_WHOLE = max(map(len, WHOLE_OF))

_SEPARATOR = re.compile("[、,;/]")
_BRACKETED = re.compile(r"\([^()]*\)")
# Words of a clause, never of a name; 均需, 不再 come from 均需各地落实,不再单独列出.
_NOT_IN_NAME = re.compile(
    r"[。!?:“”《》%]|均|需|须|不再|任务|所有|列出|以下|(?<!级)以上|推动|推进|加快|的|等(?!教育|法院|院校|学校)"
)
_COLLECTIVE = re.compile(
    r"各.*|(?:全市|全省|全县|全区|本市|本省).*|(?:市|省|县|区)(?:直|级|属)(?!机关).*"
)
# 有关部门, 市直各相关单位: nobody in particular.
_NOBODY = re.compile(
    r"(?:各|市|省|县|区|州|直|级|属|中|本|其他|全|政府|市委|省委)*(?:有关|相关|成员|责任|牵头|配合|职能|主管|行业)*"
    r"(?:职能|主管|行业|责任)?(?:部门|单位|方面|机构|委办局|等)(?:和单位|、单位|及单位)?"
)
_PREFIXED = re.compile(rf"(?:[一-鿿]{{2,7}}?)?(?:{LEVELS}|国家|中央)(?=[一-鿿])")
_AND = re.compile(
    rf"(?<=[局委办厅部院会府团司室心区])(?:和|及|以及|与|会同|联合)(?=(?:各|{LEVELS}|国家|中)[一-鿿])"
)
_TAIL_ONLY = re.compile(r"[一-鿿]{0,6}(?:局|委|办|厅|部|室|会|办公室|政府)")


def expand_organisations(text: str) -> list[str]:
    """The names in a list such as `市工信局、市发改委(能源局) 市农业 农村局`, as printed.

    Marks inside brackets separate nothing; a space separates only where a whole name ends
    before it, for elsewhere it is a wrapped line.
    """
    names: list[str] = []
    for item in _split(text):
        for word in _join_wrapped(item.split()):
            for start, end in _parts(fold(word)):
                name = word[start:end].strip()
                if name and name not in names:
                    names.append(name)
    return names


def _split(text: str) -> Iterator[str]:
    start = 0
    for mark in _SEPARATOR.finditer(blank_brackets(fold(text))):
        yield text[start : mark.start()]
        start = mark.end()
    yield text[start:]


def _join_wrapped(pieces: list[str]) -> list[str]:
    words: list[str] = []
    for piece in pieces:
        if words and len(words[-1]) <= _LONGEST_NAME and not _ends_whole(words[-1], piece):
            words[-1] += piece
        else:
            words.append(piece)
    return words


def _ends_whole(before: str, after: str) -> bool:
    folded = fold(before)
    if folded.count("(") > folded.count(")") or after[0] in ")）":
        return False
    plain = _BRACKETED.sub("", folded)
    if re.fullmatch(rf"(?:[一-鿿]{{2,5}})?(?:{LEVELS})(?:委|政府|人民政府)?", plain):
        return plain.endswith("府") and not _TAIL_ONLY.fullmatch(fold(after))
    if _body_key(plain):
        return True
    joined = plain + fold(after)
    if len(after) <= 4 and _body_key(joined) and not _PREFIXED.match(after):
        return False
    return plain.endswith(SUFFIXES)


def _parts(folded: str) -> Iterator[tuple[int, int]]:
    """Cut `市发改委和市工信局`, not `市工业和信息化局`: a whole name must stand before the 和."""
    start = 0
    for joint in _AND.finditer(folded):
        if joint.start() - start <= _LONGEST_NAME and is_organisation(
            folded[start : joint.start()]
        ):
            yield start, joint.start()
            start = joint.end()
    yield start, len(folded)


def is_organisation(name: str) -> bool:
    """Whether a listed item can be the name of an organisation (not a clause, not 有关部门)."""
    if len(name) > 2 * _LONGEST_NAME:
        return False
    plain = _BRACKETED.sub("", fold(unwrap(name)))
    if (
        not 2 <= len(plain) <= _LONGEST_NAME
        or _NOT_IN_NAME.search(plain)
        or _NOBODY.fullmatch(plain)
    ):
        return False
    return bool(_body_key(plain)) or plain.endswith(SUFFIXES)


def is_government_body(name: str) -> bool:
    """Whether the name is surely one: a level (市, 省, 各区) and a known or usual ending."""
    plain = _BRACKETED.sub("", fold(unwrap(name)))
    if not is_organisation(plain):
        return False
    return (
        bool(_body_key(plain))
        or _is_bare_body(plain)
        or (
            bool(_PREFIXED.match(plain) or plain.startswith("各"))
            and plain.endswith(
                ("局", "委", "办", "厅", "部", "政府", "管委会", "集团", "公司", "中心")
            )
        )
    )


def _is_bare_body(plain: str) -> bool:
    """A body named without its level: 公安部, 市场监管总局, the second of 省科技厅、财政厅."""
    if plain in ("人民银行", "国家发展改革委", "国务院国资委", "中央网信办"):
        return True
    for ending in ("总局", "部", "局", "厅", "委", "委员会", "办"):
        if plain.endswith(ending) and plain.removesuffix(ending) in STEM_OF:
            return len(plain) > 2
    return False


def is_collective(name: str) -> bool:
    """Whether the name stands for many (各县(市、区), 市直各部门), not for one body."""
    return bool(_COLLECTIVE.fullmatch(fold(unwrap(name))))


def names_nobody(name: str) -> bool:
    """Whether the item means nobody in particular (各有关部门, 市直相关单位)."""
    return len(name) <= 2 * _LONGEST_NAME and bool(_NOBODY.fullmatch(fold(unwrap(name))))


@lru_cache(maxsize=4096)
def canonical(name: str, place: str = "") -> str:
    """The key that all names of one body share; `place` (盐城市) is the plan's own area.

    `canonical("市工信局") == canonical("盐城市工业和信息化局", "盐城市") == "市工业和信息化局"`.
    """
    plain = _BRACKETED.sub("", fold(unwrap(name))) or name
    if place and plain.startswith(place) and len(plain) > len(place):
        plain = _level_of(place) + plain[len(place) :]
    return _body_key(plain) or plain


def _level_of(place: str) -> str:
    return next((level for level in ("自治区", "自治州") if place.endswith(level)), place[-1])


@lru_cache(maxsize=8192)
def _body_key(plain: str) -> str:
    """Prefix + full stem + full ending of a known body with a prefix; "" for any other text."""
    for size in range(min(_LONGEST_WHOLE, len(plain) - 1), 1, -1):
        whole = WHOLE_OF.get(plain[-size:])
        if whole and _is_prefix(plain[:-size]):
            return plain[:-size] + whole
    for ending in _ENDING_OF:
        if not plain.endswith(ending):
            continue
        rest = plain[: -len(ending)]
        for size in range(min(_LONGEST_STEM, len(rest) - 1), 0, -1):
            stem = STEM_OF.get(rest[-size:])
            if stem and _is_prefix(rest[:-size]):
                return rest[:-size] + stem + _ENDING_OF[ending]
    return ""


def _is_prefix(text: str) -> bool:
    return bool(
        re.fullmatch(rf"(?:[一-鿿]{{2,7}})?(?:{LEVELS})(?:委)?|国家|中央|各(?:{LEVELS})", text)
    )
