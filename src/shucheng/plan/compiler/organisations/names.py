"""The organisations a plan names: lists split, short and full names brought together.

`expand_organisations` reads a list as printed; `canonical` gives names of one body the same
key (市工信局 and 盐城市工业和信息化局); `find_organisations` counts where each is named.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.model import Mention
from shucheng.plan.compiler.organisations.government_bodies import ENDINGS, STEMS, SUFFIXES, WHOLE

_LEVELS = "省|自治区|市|自治州|州|盟|县|区|旗"
_STEM_OF = {form: full for full, short in STEMS.items() for form in (full, *short)}
_WHOLE_OF = {form: full for full, short in WHOLE.items() for form in (full, *short)}
_ENDING_OF = {form: full for full, short in ENDINGS.items() for form in (full, short)}
_LONGEST_NAME = 30
_LONGEST_STEM = max(map(len, _STEM_OF))
_LONGEST_WHOLE = max(map(len, _WHOLE_OF))

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
_PREFIXED = re.compile(rf"(?:[一-鿿]{{2,7}}?)?(?:{_LEVELS}|国家|中央)(?=[一-鿿])")
_AND = re.compile(
    rf"(?<=[局委办厅部院会府团司室心区])(?:和|及|以及|与|会同|联合)(?=(?:各|{_LEVELS}|国家|中)[一-鿿])"
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
    depth, start = 0, 0
    folded = fold(text)
    for position, character in enumerate(folded):
        if character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif depth == 0 and character in "、,;/\n":
            if character == "\n":
                continue
            yield text[start:position]
            start = position + 1
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
    if re.fullmatch(rf"(?:[一-鿿]{{2,5}})?(?:{_LEVELS})(?:委|政府|人民政府)?", plain):
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
        if plain.endswith(ending) and plain.removesuffix(ending) in _STEM_OF:
            return len(plain) > 2
    return False


def is_collective(name: str) -> bool:
    """Whether the name stands for many (各县(市、区), 市直各部门), not for one body."""
    return bool(_COLLECTIVE.fullmatch(fold(unwrap(name))))


def names_nobody(name: str) -> bool:
    """Whether the item is an open end such as 各有关部门: it makes a list open, and names none."""
    return bool(_NOBODY.fullmatch(fold(unwrap(name))))


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
        whole = _WHOLE_OF.get(plain[-size:])
        if whole and _is_prefix(plain[:-size]):
            return plain[:-size] + whole
    for ending in _ENDING_OF:
        if not plain.endswith(ending):
            continue
        rest = plain[: -len(ending)]
        for size in range(min(_LONGEST_STEM, len(rest) - 1), 0, -1):
            stem = _STEM_OF.get(rest[-size:])
            if stem and _is_prefix(rest[:-size]):
                return rest[:-size] + stem + _ENDING_OF[ending]
    return ""


def _is_prefix(text: str) -> bool:
    return bool(
        re.fullmatch(rf"(?:[一-鿿]{{2,7}})?(?:{_LEVELS})(?:委)?|国家|中央|各(?:{_LEVELS})", text)
    )


# A known body in running text. What follows must not make another word of its ending:
# 市教育部门, 市公安局面, 市数据办理.
_STEM_PATTERN = "|".join(sorted(map(re.escape, _STEM_OF), key=len, reverse=True))
_WHOLE_PATTERN = "|".join(sorted(map(re.escape, _WHOLE_OF), key=len, reverse=True))
_IN_PROSE = re.compile(
    rf"(?:{_LEVELS}|国家)委?"
    rf"(?:(?:{_STEM_PATTERN})(?:办公室|办公厅|委员会|中心|局(?![面限部])|厅|委(?![托派])"
    rf"|部(?![门分署位件队])|办(?![理法学案事好实成]))|(?:{_WHOLE_PATTERN})(?![采购主引性职]))"
)
_COMMITTEE_IN_PROSE = re.compile(r"(?<=[、,。;(\s])[一-鿿]{2,12}(?:管理委员会|管委会)")


def find_organisations(
    text: str,
    named: Iterable[str],
    place: str = "",
    known: Mapping[str, str] | None = None,
) -> tuple[Mention, ...]:
    """Every organisation of the text with its mentions, the most named first.

    `named` are names read from responsibility brackets and lead columns; `known` maps names
    and aliases of a city pack to the pack's name.
    """
    folded = fold(text)
    aliases = known or {}
    forms = {
        fold(unwrap(name))
        for name in (*named, *aliases)
        if name.strip() and not is_collective(name)
    }
    spans: dict[str, list[Span]] = defaultdict(list)
    for start, end in _occurrences(folded, forms):
        if place and folded.startswith(place, max(0, start - len(place) + 1)):
            start -= len(place) - 1  # 盐城市数据局 is one mention, not 盐城 and 市数据局
        name = folded[start:end]
        key = canonical(aliases.get(name, name), place)
        spans[key].append((start, end))
    mentions = [_mention(key, found, text) for key, found in spans.items()]
    return tuple(sorted(mentions, key=lambda mention: (-mention.mentions, mention.spans[0])))


def _mention(key: str, found: list[Span], text: str) -> Mention:
    printed = Counter(unwrap(text[start:end]) for start, end in found)
    name = max(printed, key=lambda form: (printed[form], -len(form)))
    others = tuple(sorted({*printed, key} - {name}))
    return Mention(name=name, mentions=len(found), spans=tuple(found), aliases=others)


def _occurrences(folded: str, forms: set[str]) -> Iterator[Span]:
    """Where a form or a known body stands, left to right, the longest first, none overlapping."""
    by_head: dict[str, list[str]] = defaultdict(list)
    for form in sorted(forms, key=len, reverse=True):
        by_head[form[:2]].append(form)
    found: list[Span] = [match.span() for match in _IN_PROSE.finditer(folded)]
    found += [match.span() for match in _COMMITTEE_IN_PROSE.finditer(folded)]
    for start in range(len(folded) - 1):
        for form in by_head.get(folded[start : start + 2], ()):
            if folded.startswith(form, start):
                found.append((start, start + len(form)))
                break
    end = 0
    for span in sorted(found, key=lambda span: (span[0], -span[1])):
        if span[0] >= end:
            yield span
            end = span[1]
