"""When do two phrases name the same measured thing?

A plan says one thing in several ways: 规模以上数字经济核心产业营业收入 in the text,
数字经济核心产业营业收入(亿元) in the annex, 数字经济核心产业规上营业收入 in the yearly work
list. A phrase is therefore taken apart into a *core* and the *grades* that narrow it
(规上, 省级以上, 国家级, 先进级); grades may contradict one another, cores are compared by
their character pairs, where a pair that half the plan uses (数字, 产业) says little.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from math import log, sqrt

# Phrases taken apart that are kept at hand; a long-running server compiles many plans.
_REMEMBERED = 20_000
# Two phrases are one thing from here on, where one only adds words to the other ...
NESTED = 0.65
# ... where a figure of the same value and unit stands beside both ...
CORROBORATED = 0.5
# ... and where each says something that the other does not (市区 ... against 县城 ...).
SIBLINGS = 0.8
# A shorter name (企业, 项目) is part of too many others to be one of them.
_SHORTEST = 4

_QUOTES = re.compile(r"[\s“”\"'‘’「」『』《》〈〉·]")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
# 光传送网(OTN)覆盖率: an abbreviation is as good a name as the word before it, so it stays.
_ABBREVIATION = re.compile(r"\(([a-z0-9+.-]+)\)")
# 机器人、低空经济等数字经济领域试点场景: the list before 等 only gives examples.
_EXAMPLES = re.compile(r"^[^、]*、.*等(?=.{4})")
_AREAS = re.compile(r"^(?:全市|我市|全省|我省|全县|我县|全区|我区|全域|市域|辖区内?)的?")
_VERBS = re.compile(
    r"^(?:累计|力争|新增|新建|新|引进|引育|引培|培育|建成|建设|打造|形成|创建|创成|争创|实现|完成"
    r"|获评|认定|培养|发展|壮大|开放|发布|推出|引进|招引|落地|上线|部署|集聚|汇聚)+"
)
_COUNTING = re.compile(r"(?:总数量?|数量|个数|家数|总家数)$")
_BARE_NUMBER_WORD = re.compile(r"(?<=[户业人区店站点台家])数$")
_GRADE = re.compile(
    r"(?P<base>国家|省部?|地市|(?<!城)市|县|(?<!园)区|镇|乡|村|世界|全国|先进|卓越|领航|基础|[一二三四五六]星"
    r"|[一二两三四五六八十百千万\d]{0,6}亿|[百千]万|[一二三四五\d]|\d?[a-z]{1,6}\d?)级(?P<above>及?以上)?"
)
_NATIONAL = re.compile(r"国家(?!级)")
_SCALE = re.compile(r"规模以上|规上|限额以上|限上")
_RANKS = ("村级", "镇级", "县级", "市级", "省级", "国家级")
_SAME_RANK = {"区级": "县级", "乡级": "镇级", "地市级": "市级", "全国级": "国家级"}

_LESS_IS_BETTER = re.compile(
    r"能耗|消耗|耗|排放|强度|时延|延迟|延时|PUE|pue|事故|投诉|失业|逾期|时限|时长|办理时间|死亡|空置"
)
_FALL_IS_THE_FIGURE = re.compile(r"降低|下降|降幅|减少|节约|压减|压缩")


@dataclass(frozen=True, slots=True)
class Name:
    """A phrase taken apart; `grades` holds (level, and above) pairs such as ("省级", True)."""

    text: str
    core: str
    grades: frozenset[tuple[str, bool]]

    @property
    def pairs(self) -> frozenset[str]:
        return name_pairs(self.core)

    @property
    def head(self) -> str:
        """What is counted stands last: 智能工厂, 营业收入."""
        return self.core[-2:]


def normalise(phrase: str) -> str:
    """One spelling: half-width, small letters, no quotes or blanks."""
    return _QUOTES.sub("", unicodedata.normalize("NFKC", phrase)).lower()


@lru_cache(_REMEMBERED)
def name_of(phrase: str) -> Name:
    """Take a subject or an indicator's name apart.

    >>> name_of("累计培育先进级以上智能工厂数量").core
    '智能工厂'
    """
    text = normalise(phrase)
    core = _EXAMPLES.sub("", _BRACKETS.sub("", _ABBREVIATION.sub(r"\1", text))) or text
    grades: set[tuple[str, bool]] = set()
    for found in _GRADE.finditer(core):
        level = f"{found['base']}级"
        grades.add((_SAME_RANK.get(level, level), found["above"] is not None))
    core = _GRADE.sub("", core)
    if _NATIONAL.search(core):
        grades.add(("国家级", False))
        core = _NATIONAL.sub("", core)
    for scale in _SCALE.findall(core):
        grades.add(("限上" if scale.startswith("限") else "规上", False))
    core = _SCALE.sub("", core)
    for affix in (_AREAS, _VERBS, _AREAS, _COUNTING, _BARE_NUMBER_WORD):
        shorter = affix.sub("", core)
        core = shorter if len(shorter) >= 3 else core
    return Name(text, core or text, frozenset(grades))


def is_abbreviated(phrase: str) -> bool:
    """Whether a phrase gives a short name in brackets: 光传送网(OTN)覆盖率."""
    return _ABBREVIATION.search(normalise(phrase)) is not None


def less_is_better(subject: str) -> bool:
    """Whether a smaller value is the better one: energy used, latency, accidents."""
    return bool(_LESS_IS_BETTER.search(subject)) and not _FALL_IS_THE_FIGURE.search(subject)


def compatible(left: Name, right: Name) -> bool:
    """False where the grades contradict: 先进级 and 卓越级, 省级 and 市级."""
    return _answered(left, right) and _answered(right, left)


def _answered(asking: Name, other: Name) -> bool:
    """Whether every grade that the other side also speaks of finds one it agrees with."""
    for mine in asking.grades:
        rivals = [theirs for theirs in other.grades if _scheme(mine[0]) == _scheme(theirs[0])]
        if rivals and not any(_admits(mine, theirs) for theirs in rivals):
            return False
    return True


def _cross_graded(left: Name, right: Name) -> bool:
    """Each side is narrowed by a scheme that the other does not speak of: 百亿级, 省级以上."""
    mine = {_scheme(level) for level, _ in left.grades}
    theirs = {_scheme(level) for level, _ in right.grades}
    return bool(mine - theirs and theirs - mine)


def _scheme(level: str) -> str:
    if level in _RANKS:
        return "rank"
    if level in ("规上", "限上"):
        return "scale"
    return "size" if level[-2] in "亿万" else "class"


def _admits(left: tuple[str, bool], right: tuple[str, bool]) -> bool:
    if left[0] == right[0]:
        return True
    if left[0] not in _RANKS or right[0] not in _RANKS:
        return False
    low, _ = sorted((left, right), key=lambda grade: _RANKS.index(grade[0]))
    return low[1]


class Lexicon:
    """What each character pair is worth in one body of names: the rarer, the more."""

    def __init__(self, names: Iterable[Name]) -> None:
        cores = {name.core for name in names}
        size = max(len(cores), 1)
        seen = Counter(pair for core in cores for pair in name_pairs(core))
        self._weights = {pair: log(1 + size / count) for pair, count in seen.items()}
        self._unseen = log(1 + size)
        self._worths: dict[frozenset[str], float] = {}

    def weight(self, pair: str) -> float:
        return self._weights.get(pair, self._unseen)

    def score(self, left: Name, right: Name) -> float:
        """From 0 to 1: weighted shared pairs, balanced between both sides and the shorter."""
        if left.core == right.core:
            return 1.0
        mine, theirs = self._worth(left), self._worth(right)
        shared = self._total(left.pairs & right.pairs)
        return shared * sqrt(2 / (mine + theirs) / min(mine, theirs)) if shared else 0.0

    def same(self, left: Name, right: Name, *, corroborated: bool = False) -> float:
        """The score where the two name one thing, 0 where they do not.

        What is counted (the head) must agree and the grades must not contradict.
        `corroborated` says that a figure of equal value and unit stands beside both.
        """
        if left.head != right.head or not compatible(left, right):
            return 0.0
        if left.core == right.core:
            return 0.0 if _cross_graded(left, right) else 1.0
        score = self.score(left, right)
        short = min(len(left.core), len(right.core)) < _SHORTEST
        if _nested(left, right) and not short and not _cross_graded(left, right):
            return score if score >= (CORROBORATED if corroborated else NESTED) else 0.0
        return score if score >= SIBLINGS else 0.0

    def _worth(self, name: Name) -> float:
        """All pairs of a name together; asked for again at every comparison."""
        if name.pairs not in self._worths:
            self._worths[name.pairs] = self._total(name.pairs)
        return self._worths[name.pairs]

    def _total(self, pairs: Iterable[str]) -> float:
        return sum(self.weight(pair) for pair in sorted(pairs))


class NameIndex:
    """Names that can be looked up by likeness without comparing all with all."""

    # A pair that more names share than this tells none of them apart.
    common = 100
    candidates = 12

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._size = 0
        self._by_core: dict[str, list[int]] = defaultdict(list)
        self._by_pair: dict[tuple[str, str], list[int]] = defaultdict(list)

    def add(self, name: Name) -> None:
        """Take a name in under the next position."""
        self._by_core[name.core].append(self._size)
        for pair in name.pairs:
            self._by_pair[name.head, pair].append(self._size)
        self._size += 1

    def near(self, name: Name) -> list[int]:
        """Positions of the names that could be the same thing, in order."""
        weights: dict[int, float] = defaultdict(float)
        for pair in sorted(name.pairs):
            posting = self._by_pair.get((name.head, pair), ())
            if len(posting) <= self.common:
                worth = self._lexicon.weight(pair)
                for at in posting:
                    weights[at] += worth
        close = nlargest(self.candidates, weights, key=lambda at: (weights[at], -at))
        return sorted({*self._by_core.get(name.core, ())[: self.candidates], *close})


def _nested(left: Name, right: Name) -> bool:
    """Whether the longer core says all the shorter says, in order, and adds to it."""
    short, long = sorted((left.core, right.core), key=len)
    letters = iter(long)
    return all(letter in letters for letter in short)


@lru_cache(_REMEMBERED)
def name_pairs(core: str) -> frozenset[str]:
    """The neighbouring characters of a phrase, two by two."""
    if len(core) < 2:
        return frozenset({core})
    return frozenset(core[at : at + 2] for at in range(len(core) - 1))
