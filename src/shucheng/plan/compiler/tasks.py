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
    sections = {section.id: section for section in outline.sections}
    children: dict[str, list[str]] = defaultdict(list)
    for section in outline.sections:
        if not section.number.startswith("专"):  # a box stands in a task, and is none
            children[section.parent or ""].append(section.id)
    texts = _texts_by_section(document, outline)
    titles = titles_above(outline.sections)
    tasks: list[Task] = []
    for section in _chosen(outline.sections, children, texts, titles):
        said = _said_by(section.id, children, texts)
        for above in _ancestors(section, sections):
            if said:
                break
            said = _own(texts.get(above.id, ()))
        tasks.append(_task(f"k{len(tasks) + 1}", document, section, said, children, texts))
    return tuple(tasks)


def _texts_by_section(document: Document, outline: Outline) -> dict[str, list[_Text]]:
    texts: dict[str, list[_Text]] = defaultdict(list)
    for line in outline.lines:
        if line.section == PREAMBLE:
            continue
        text = document.slice(line.body)
        said, spans = find_responsibility(text)
        texts[line.section].append(_Text(line, fold(text), said, spans))
    return texts


def _own(texts: Sequence[_Text]) -> Responsibility:
    said = Responsibility()
    for text in texts:
        said = said.and_also(text.said)
    return said


def _said_by(
    section: str, children: dict[str, list[str]], texts: dict[str, list[_Text]]
) -> Responsibility:
    """What the section and all below it say."""
    said = _own(texts.get(section, ()))
    for child in children.get(section, ()):
        said = said.and_also(_said_by(child, children, texts))
    return said


def _chosen(
    sections: Sequence[Section],
    children: dict[str, list[str]],
    texts: dict[str, list[_Text]],
    titles: dict[str, tuple[str, ...]],
) -> Iterator[Section]:
    """The sections that are tasks, none inside another."""
    inside: set[str] = set()
    numbers = {section.id: section.number for section in sections}
    states = any(text.said for section in sections for text in texts.get(section.id, ()))
    for section in sections:
        if section.id.startswith("a") or not section.number or section.number.startswith("专"):
            continue
        if section.parent in inside:
            inside.add(section.id)
            continue
        if _is_task(section.id, children, texts, titles, numbers, states=states):
            inside.add(section.id)
            yield section


def _is_task(
    section: str,
    children: dict[str, list[str]],
    texts: dict[str, list[_Text]],
    titles: dict[str, tuple[str, ...]],
    numbers: dict[str, str],
    *,
    states: bool,
) -> bool:
    below = children.get(section, [])
    if not below:
        chapter, around = titles[section][-1], titles[section]
        own = [text for text in texts.get(section, ()) if text.said]
        if _NO_TASKS.search(chapter):
            # Only where it is set apart; in 由市数据局牵头建立机制 it is part of the measure.
            return any(text.set_apart for text in own)
        if own:
            return True
        if any(_TASK_CHAPTER.search(title) for title in around[1:]):
            return True
        # A plan without a chapter of that name: items beside or below one that names who.
        return states and _stands_among_tasks(section, children, texts)
    if any(children.get(child) for child in below):
        return False
    saying = [child for child in below if _own(texts.get(child, ()))]
    if not saying:
        # Small items (1), ①, 一是 below a task, with who is responsible beside or above them.
        return _are_small(below, numbers) and _is_leaf_task(section, texts, titles)
    if saying == below[-1:] and len(below) > 1:
        last = next(text for text in reversed(texts[below[-1]]) if text.said)
        return last.only_says_who or _are_small(below, numbers)
    return False


def _are_small(items: Sequence[str], numbers: dict[str, str]) -> bool:
    """Whether the items are numbered (1), ①, 一是: parts of a task, not tasks."""
    return all(_SMALL_ITEM.fullmatch(fold(numbers[item])) for item in items)


def _is_leaf_task(
    section: str, texts: dict[str, list[_Text]], titles: dict[str, tuple[str, ...]]
) -> bool:
    if _own(texts.get(section, ())):
        return True
    return any(_TASK_CHAPTER.search(title) for title in titles[section][1:])


def _stands_among_tasks(
    section: str, children: dict[str, list[str]], texts: dict[str, list[_Text]]
) -> bool:
    parent = section.rpartition(".")[0]
    family = children.get(parent, [])
    return bool(parent) and any(_own(texts.get(sibling, ())) for sibling in family)


def _ancestors(section: Section, sections: dict[str, Section]) -> Iterator[Section]:
    parent = section.parent
    while parent:
        above = sections[parent]
        yield above
        parent = above.parent


def _task(
    identity: str,
    document: Document,
    section: Section,
    said: Responsibility,
    children: dict[str, list[str]],
    texts: dict[str, list[_Text]],
) -> Task:
    return Task(
        id=identity,
        number=section.number,
        title=section.title,
        section=section.parent or section.id,
        responsible=said.responsible,
        lead=said.lead,
        open=said.open,
        actions=tuple(_actions(document, section, children, texts)),
        span=section.span,
    )


def _actions(
    document: Document,
    section: Section,
    children: dict[str, list[str]],
    texts: dict[str, list[_Text]],
) -> Iterator[str]:
    """The sentences that say what is done: not the title, the bracket, or a dated aim."""
    sentences: list[str] = []
    for text in texts.get(section.id, ()):
        if not text.line.heading:
            sentences += _sentences(document.slice(text.line.body), text.spans)
    for child in children.get(section.id, ()):
        for text in texts.get(child, ()):
            sentences += _sentences(document.slice(text.line.body), text.spans)
    done = [
        sentence
        for sentence in sentences
        if unwrap(sentence).rstrip("。.:：;；") != section.title
        and not _DATED_AIM.match(fold(sentence))
        and not _DEADLINE.match(fold(sentence))
    ]
    yield from done or sentences


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
