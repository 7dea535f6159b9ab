"""What the name and comment of a field say, in Chinese, English, pinyin and its initials.

Chinese: the rules' words are found longest first, and the last is the head (身份证姓名 is a name);
what follows may change the meaning (证件类型 is no number). English and pinyin: words written
apart, in camelCase or together are taken apart by the rules' own vocabulary (dlrsfzh is dlr and
sfzh); again the last counts. A Chinese comment goes before a name in Latin letters.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .rules import NameRule, Rules
from .text import clean

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LATIN = re.compile(r"[a-z]+|\d+")
_HAN = re.compile("[\u3400-\u9fff]")
_OUTSIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\u3010[^\u3011]*\u3011|<[^<>]*>")
_INSIDE = re.compile(r"[(\[\u3010]([^()\[\]\u3010\u3011]*)[)\]\u3011]")
# Where a comment's heading ends: a mark, blanks before a code or a value, a number that is listed.
_END = re.compile(
    r"[,:;。\n|=]|--|\s{2,}|\s+(?![iI][dD]\b)(?=[A-Za-z0-9]|\S+[:=])"
    r"|(?<=[\u3400-\u9fff]{2})\d+[-:.、\u3400-\u9fff]"
)
_OR = re.compile(r"[/、]|或|及")
_UNKNOWN_TAIL = 0.5
_QUESTION = frozenset({"is", "has", "if", "sf", "can", "need", "enable"})
_GROWN_UP = re.compile("大学|高校|研究生")
_NUMBERS = ("no", "num", "number")
_KEPT = 1 << 16
_VOWEL = re.compile("[aeiou]")


@dataclass(frozen=True, slots=True)
class Said:
    """One meaning: the rule, and how sure by the words alone."""

    rule: NameRule
    weight: float


@dataclass(frozen=True, slots=True)
class Reading:
    """`said`: meanings found; `context`: whose field it is by its own words; `child`, `grown`: that
    it is a child's, or surely no child's."""

    said: tuple[Said, ...]
    context: str
    child: bool
    grown: bool


class Namer:
    """Reads names by one set of rules."""

    def __init__(self, rules: Rules) -> None:
        names = rules.names
        self._names = names
        self._zh: dict[str, NameRule | None] = dict.fromkeys(map(_key, names.stop))
        self._latin: dict[str, NameRule] = {}
        for rule in names.rules:
            for word in rule.zh:
                self._zh.setdefault(_key(word), rule)
            for word in (*_numbered(rule.en), *rule.py):
                self._latin.setdefault(word.replace(" ", ""), rule)
        health = next((each for each in names.rules if each.category == "health"), None)
        for word in rules.words.diseases if health else ():
            self._zh.setdefault(_key(word), health)
        self._pinyin = frozenset(each for rule in names.rules for each in rule.py)
        self._lengths: dict[str, list[int]] = {}
        for word in sorted(self._zh, key=len, reverse=True):
            sizes = self._lengths.setdefault(word[0], [])
            if len(word) not in sizes:
                sizes.append(len(word))
        self._changers = frozenset(names.changers["en"]) | set(names.changers["py"])
        self._neutral = (
            frozenset(names.neutral["en"]) | set(names.neutral["py"]) | set(names.affixes)
        )
        self._zh_changers = [_key(each) for each in names.changers["zh"]]
        self._zh_neutral = sorted(map(_key, names.neutral["zh"]), key=len, reverse=True)
        words = {part for rule in names.rules for each in rule.en for part in each.split()}
        self._pieces = frozenset(
            each
            for each in (*self._latin, *words, *self._changers, *self._neutral)
            if len(each) > 2 or each in self._neutral
        )
        self._grown = names.grown
        self._contexts = {
            _key(word): context for context, words_ in names.context.items() for word in words_
        }
        by_length = sorted(self._contexts, key=len, reverse=True)
        han = "|".join(re.escape(each) for each in by_length if not each.isascii())
        latin = "|".join(re.escape(each) for each in by_length if each.isascii())
        self._owners = re.compile(rf"(?=({han}))|(?<![a-z])({latin})(?![a-z])")
        # A city's two million columns share their words: each is taken apart once.
        self._split = lru_cache(_KEPT)(self._split_token)
        self._about = lru_cache(_KEPT)(self._about_word)
        self._spoken = lru_cache(_KEPT)(self._spoken_text)

    def context_of(self, title: str) -> tuple[str, bool]:
        """Whose a resource is by its title (`person`, `organisation`, `thing` or ""): the last word
        that says so; and whether it is of children."""
        return self._about(title)[:2]

    def read(self, name: str, comment: str) -> Reading:
        """What name and comment say together. Any text will do: what is unknown says nothing."""
        name, comment = clean(name), clean(comment)
        headings, zh, known = self._spoken(comment if _HAN.search(comment) else name)
        tokens = [] if _HAN.search(name) else self._tokens(name)
        latin = self._read_latin(tokens)
        if not latin and comment and not headings:
            latin = self._read_latin(self._tokens(comment)[:8])
        said = _together(zh, latin, spoken=bool(headings), known=known)
        about = [self._about(word) for word in (*tokens, *headings) if len(word) > 1]
        context = next((each for each, _, _ in reversed(about) if each), "")
        child, grown = any(c for _, c, _ in about), any(g for _, _, g in about)
        return Reading(tuple(said), context, child, grown)

    def _spoken_text(self, text: str) -> tuple[list[str], list[Said], bool]:
        """The headings of a Chinese text and what they say; what is in brackets only where they say
        nothing (行政相对人代码(统一社会信用代码))."""
        headings = _headings(text)
        zh, known = self._chinese(headings)
        if not zh and (inside := [h for each in _INSIDE.findall(text) for h in _headings(each)]):
            zh, _ = self._chinese(inside)
        return headings, zh, known

    def _about_word(self, word: str) -> tuple[str, bool, bool]:
        """Whose it is by its last word that tells (单位经办人 is a person), whether a child's, and
        whether surely no child's."""
        key = _key(word)
        told = [
            (match.start() + len(text), self._contexts[text])
            for match in self._owners.finditer(key)
            if (text := match.group(1) or match.group(2))
        ]
        child = any(c == "child" for _, c in told) and not _GROWN_UP.search(key)
        told += [
            (end, "person")
            for _, end, rule in self._matches(key)[:-1]
            if rule and rule.category == "name"
        ]
        context = max(told, default=(0, ""), key=lambda each: each[0])[1]
        grown = any(each in key for each in self._grown if len(each) > 2 or _HAN.match(each))
        return ("person" if context == "child" else context), child, grown

    def _chinese(self, headings: Iterable[str]) -> tuple[list[Said], bool]:
        """What the headings say; and whether they say anything, be it nothing of ours."""
        said: list[Said] = []
        known = False
        for heading in headings:
            text = _key(heading)
            matches = self._matches(text)
            if not matches:
                continue
            known = True
            said += {r.code: Said(r, r.weight) for _, _, r in matches if r and r.anywhere}.values()
            if len(matches) > 1 and _is_public(matches[-1]) and matches[-2][1] == matches[-1][0]:
                # 低保类型 is about 低保: what follows says whether its meaning stays.
                matches = matches[:-1]
            at, end, rule = matches[-1]
            if rule and rule.needs_person and not self._of_person(text[:at]):
                # 性别名称 is a sex; 地区名称 is nothing of ours.
                end, rule = (matches[-2][1], matches[-2][2]) if len(matches) > 1 else (end, None)
            if rule is None or rule.anywhere:
                continue
            asked = text.startswith("是否") or any(
                each in text[:end] for each in self._names.before
            )
            if asked and rule.category not in self._names.flags:
                continue
            if factor := self._after(text[end:], rule):
                said.append(Said(rule, rule.weight * factor))
        return said, known

    def _of_person(self, before: str) -> bool:
        return not before or self.context_of(before)[0] in ("person", "organisation")

    def _matches(self, text: str) -> list[tuple[int, int, NameRule | None]]:
        """Words of the rules in a text, leftmost longest."""
        found = []
        at = 0
        while at < len(text):
            for size in self._lengths.get(text[at], ()):
                word = text[at : at + size]
                if word in self._zh:
                    found.append((at, at + size, self._zh[word]))
                    at += size - 1
                    break
            at += 1
        return found

    def _after(self, tail: str, rule: NameRule) -> float:
        """1 where what follows the word leaves its meaning, 0 where it takes it."""
        tail = tail.strip("0123456789_-. ")
        keeps = {_key(each) for each in self._names.keeps.get(rule.category, ())}
        if any(tail.endswith(each) for each in keeps):
            return 1.0
        if any(tail.endswith(c) or (len(c) > 1 and c in tail) for c in self._zh_changers):
            return 0.0
        if tail and tail in map(_key, self._names.drops.get(rule.category, ())):
            return 0.0
        while tail and (start := next((n for n in self._zh_neutral if tail.startswith(n)), "")):
            tail = tail[len(start) :].lstrip("0123456789_-. ")
        return _UNKNOWN_TAIL if tail else 1.0

    def _tokens(self, name: str) -> list[str]:
        apart = _CAMEL.sub("_", name) if not name.isupper() else name
        return [part for token in _LATIN.findall(apart.lower()) for part in self._split(token)]

    def _read_latin(self, tokens: Sequence[str]) -> list[Said]:
        at = 0
        found: list[tuple[int, int, NameRule]] = []
        while at < len(tokens):
            for size in range(min(5, len(tokens) - at), 0, -1):
                rule = self._latin.get("".join(tokens[at : at + size]))
                if rule:
                    found.append((at, at + size, rule))
                    at += size - 1
                    break
            at += 1
        if found and found[-1][2].needs_person and not self._of_someone(tokens[: found[-1][0]]):
            found.pop()
        if not found:
            return []
        _, end, rule = found[-1]
        if tokens[0] in _QUESTION and rule.category not in self._names.flags:
            return []
        keeps = self._names.keeps.get(rule.category, ())
        tail = [each for each in tokens[end:] if not each.isdigit() and each not in keeps]
        drops = self._names.drops.get(rule.category, ())
        if any(each in self._changers or each in drops for each in tail):
            return []
        factor = 1.0 if all(each in self._neutral for each in tail) else _UNKNOWN_TAIL
        return [Said(rule, rule.weight * factor)]

    def _of_someone(self, before: Sequence[str]) -> bool:
        """gender_name is no name; the_name, t_name and driver_name are."""
        return all(each in self._neutral or self.context_of(each)[0] for each in before)

    def _split_token(self, token: str) -> tuple[str, ...]:
        """A word written together, in the fewest known pieces, at least one of them a rule's; or
        whatever stands before a word in pinyin; or the word itself."""
        if token in self._latin or token in self._pieces or not 4 <= len(token) <= 28:
            return (token,)
        best: list[tuple[str, ...] | None] = [(), *([None] * len(token))]
        for end in range(2, len(token) + 1):
            for start in range(max(0, end - 16), end - 1):
                before, piece = best[start], token[start:end]
                ends = end == len(token) and start > 1 and piece in self._latin
                if before is not None and (piece in self._pieces or ends):
                    made, kept = (*before, piece), best[end]
                    if kept is None or len(made) < len(kept):
                        best[end] = made
        whole = best[-1]
        if whole and len(whole) <= 5 and any(each in self._latin for each in whole):
            return whole
        # Initials alone (djrsfzh) and whole pinyin: whoever stands in front, the end tells.
        shortest = 6 if _VOWEL.search(token) else 3
        for size in range(len(token) - 1, shortest - 1, -1):
            if token[-size:] in self._pinyin:
                return (token[:-size], token[-size:])
        return (token,)


def _is_public(match: tuple[int, int, NameRule | None]) -> bool:
    return match[2] is not None and match[2].category in ("public", "free_text")


def _together(zh: list[Said], latin: list[Said], *, spoken: bool, known: bool) -> list[Said]:
    """Both readings: agreeing they are surer; a comment that says something else halves the name,
    and a weak word counts only where no comment speaks."""
    if not spoken:
        return latin
    if not zh:
        factor = 0.4 if known else 0.8
        return [Said(each.rule, each.weight * factor) for each in latin if not each.rule.weak]
    said = {each.rule.category for each in latin}
    surer = [Said(s.rule, 1 - (1 - s.weight) * 0.5) if s.rule.category in said else s for s in zh]
    others = {each.rule.category for each in zh}
    apart = [s for s in latin if s.rule.category not in others and not s.rule.weak]
    return [*surer, *(Said(s.rule, s.weight * 0.4) for s in apart)]


def _numbered(words: Iterable[str]) -> Iterable[str]:
    """car no is car num and car number as well."""
    for word in words:
        stem, _, last = word.rpartition(" ")
        yield from (f"{stem} {each}" for each in _NUMBERS) if last in _NUMBERS and stem else (word,)


def _headings(text: str) -> list[str]:
    """What a comment is about: its beginning, without what is in brackets, up to the explanation
    (性别 0:男 1:女 is about 性别); several where it names several (信用代码/身份证号)."""
    if not _HAN.search(text):
        return []
    first = _END.split(_OUTSIDE.sub("", text).strip(), maxsplit=1)[0]
    return [each.strip() for each in _OR.split(first) if _HAN.search(each)]


def _key(word: str) -> str:
    return re.sub(r"[\s_的]", "", clean(word)).lower()
