"""The numbered tasks of a plan: what is to be done, and who is responsible for it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shucheng.plan.compiler.document import Document, Span, between
from shucheng.plan.compiler.language.folding import fold, unwrap
from shucheng.plan.compiler.model import Section, Task
from shucheng.plan.compiler.organisations.responsibility import Responsibility, find_responsibility
from shucheng.plan.compiler.structure.outline import PREAMBLE, Line, Outline, titles_above

_TASK_CHAPTER = re.compile(
    r"(?:重点|主要|工作|目标|具体|建设|发展|核心)(?:工作)?(?:任务|举措|措施|行动|工程|工作|内容)"
    r"|任务(?:举措|措施|分工|清单)|^(?:任务|举措|工作要点)$|重大工程|专项行动"
)
_NO_TASKS = re.compile(
    r"保障|组织(?:领导|实施)|目标$|总体(?:要求|思路)|指导思想|基本原则|形势|附则|名词"
)
_DEADLINE = re.compile(
    r"(?:完成|办结)?(?:时限|时间|期限)(?:节点|要求)?:|(?:责任|牵头|分管)领导:|责任人:"
)
_DATED_AIM = re.compile(r"^(?:力争)?(?:到|至)?20\d\d年(?:底|末|前|底前)?,?")
_SENTENCE = re.compile(r"[^。;!?]+[。;!?]?[”’」』]?")
_SMALL_ITEM = re.compile(r"\(\d+\)|[①-⑳]|\d+\)|\d+(?:\.\d+){2}|.*是")


@dataclass(frozen=True, slots=True)
class _Text:
    """A line's text with the responsibility that it states."""

    line: Line
    folded: str
    said: Responsibility
    spans: tuple[Span, ...]

    @property
    def set_apart(self) -> bool:
        """In a bracket or after a label, not in the sentence itself."""
        return any(
            self.folded[start] == "(" or ":" in self.folded[start:end] for start, end in self.spans
        )

    @property
    def only_says_who(self) -> bool:
        """A paragraph of its own: 责任单位:…"""
        return bool(self.spans) and not self.line.glued and self.spans[0][0] <= 1


def find_tasks(document: Document, outline: Outline) -> tuple[Task, ...]:
    """Tasks in text order, `k1` on.

    A numbered section is a task when it names who is responsible, or when it is an innermost
    item of a chapter of tasks. Annexes hold work points, not tasks.
    """
    tree = _Tree.of(document, outline)
    return tuple(
        _task(f"k{number}", document, section, tree)
        for number, section in enumerate(tree.tasks(), 1)
    )


@dataclass(frozen=True, slots=True)
class _Tree:
    """The sections of a plan with what each says; boxes (专栏) stand in a task, and are none."""

    sections: dict[str, Section]
    children: dict[str, list[str]]
    texts: dict[str, list[_Text]]
    # Titles of a section and of those around it, innermost first.
    titles: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, document: Document, outline: Outline) -> "_Tree":
        sections = {section.id: section for section in outline.sections}
        children: dict[str, list[str]] = defaultdict(list)
        for section in outline.sections:
            if not _is_box(section):
                children[section.parent or ""].append(section.id)
        texts: dict[str, list[_Text]] = defaultdict(list)
        for line in outline.lines:
            if line.section != PREAMBLE:
                text = document.slice(line.body)
                said, spans = find_responsibility(text)
                texts[line.section].append(_Text(line, fold(text), said, spans))
        return cls(sections, children, texts, titles_above(outline.sections))

    def own(self, section: str) -> Responsibility:
        """Whom a section's own lines make responsible."""
        said = Responsibility()
        for text in self.texts.get(section, ()):
            said = said.and_also(text.said)
        return said

    def responsible(self, section: Section) -> Responsibility:
        """Whom a task and all below it name; where that is nobody, the nearest section above."""
        said = self._own_and_below(section.id)
        above = section.parent
        while not said and above:
            said = self.own(above)
            above = self.sections[above].parent
        return said

    def _own_and_below(self, section: str) -> Responsibility:
        said = self.own(section)
        for child in self.children.get(section, ()):
            said = said.and_also(self._own_and_below(child))
        return said

    def tasks(self) -> Iterator[Section]:
        """The sections that are tasks, none inside another."""
        inside: set[str] = set()
        names_anybody = any(text.said for texts in self.texts.values() for text in texts)
        for section in self.sections.values():
            if section.id.startswith("a") or not section.number or _is_box(section):
                continue
            if section.parent in inside:
                inside.add(section.id)
            elif self._is_task(section.id, names_anybody=names_anybody):
                inside.add(section.id)
                yield section

    def _is_task(self, section: str, *, names_anybody: bool) -> bool:
        below = self.children.get(section, [])
        if not below:
            return self._is_innermost_task(section, names_anybody=names_anybody)
        if any(self.children.get(child) for child in below):
            return False
        naming = [child for child in below if self.own(child)]
        if not naming:
            # Small items (1), ①, 一是 below a task, with who is responsible beside or above them.
            mine = bool(self.own(section)) or self._in_task_chapter(section)
            return mine and self._are_small(below)
        if naming == below[-1:] and len(below) > 1:
            last = next(text for text in reversed(self.texts[below[-1]]) if text.said)
            return last.only_says_who or self._are_small(below)
        return False

    def _is_innermost_task(self, section: str, *, names_anybody: bool) -> bool:
        own = [text for text in self.texts.get(section, ()) if text.said]
        if _NO_TASKS.search(self.titles[section][-1]):
            # Only where it is set apart; in 由市数据局牵头建立机制 it is part of the measure.
            return any(text.set_apart for text in own)
        if own or self._in_task_chapter(section):
            return True
        # A plan without a chapter of that name: items beside one that names who.
        parent = section.rpartition(".")[0]
        beside = self.children.get(parent, []) if parent and names_anybody else []
        return any(self.own(sibling) for sibling in beside)

    def _in_task_chapter(self, section: str) -> bool:
        return any(_TASK_CHAPTER.search(title) for title in self.titles[section][1:])

    def _are_small(self, items: Sequence[str]) -> bool:
        """Whether the items are numbered (1), ①, 一是: parts of a task, not tasks."""
        return all(_SMALL_ITEM.fullmatch(fold(self.sections[item].number)) for item in items)


def _is_box(section: Section) -> bool:
    return section.number.startswith("专")


def _task(identity: str, document: Document, section: Section, tree: _Tree) -> Task:
    said = tree.responsible(section)
    return Task(
        id=identity,
        number=section.number,
        title=section.title,
        section=section.parent or section.id,
        responsible=said.responsible,
        lead=said.lead,
        open=said.open,
        actions=tuple(_actions(document, section, tree)),
        span=section.span,
    )


def _actions(document: Document, section: Section, tree: _Tree) -> Sequence[str]:
    """The sentences that say what is done: not the title, the bracket, or a dated aim."""
    texts = [text for text in tree.texts.get(section.id, ()) if not text.line.heading]
    for child in tree.children.get(section.id, ()):
        texts += tree.texts.get(child, ())
    sentences = [
        sentence
        for text in texts
        for sentence in _sentences(document.slice(text.line.body), text.spans)
    ]
    done = [
        sentence
        for sentence in sentences
        if unwrap(sentence).rstrip("。.:：;；") != section.title
        and not _DATED_AIM.match(fold(sentence))
        and not _DEADLINE.match(fold(sentence))
    ]
    return done or sentences


def _sentences(text: str, without: tuple[Span, ...]) -> list[str]:
    return [
        sentence.strip().lstrip("，,、；;")
        for piece in between(text, without)
        for sentence in _split_sentences(piece)
        if re.search(r"[一-鿿A-Za-z]", sentence)
    ]


def _split_sentences(text: str) -> Iterator[str]:
    folded = fold(text)
    for match in _SENTENCE.finditer(folded):
        yield text[match.start() : match.end()]
