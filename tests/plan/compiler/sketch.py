"""A small plan drawn in a few lines, for tests: its text is written along with its parts."""

from collections.abc import Mapping

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.model import (
    Comparator,
    CompiledPlan,
    Indicator,
    Mention,
    Period,
    Qualitative,
    Section,
    Target,
    TargetKind,
    Task,
    WorkPoint,
)

_WORDS = {">": "超{}", ">=": "达到{}", "=": "{}", "~": "{}左右", "<=": "降至{}以下", "<": "低于{}"}


class Sketch:
    """Every call writes a sentence; `plan()` is what a compiler would make of the text."""

    def __init__(
        self,
        title: str = "某市数字经济发展行动计划(2025-2027年)",
        period: tuple[int, int] | None = (2025, 2027),
        published: str | None = None,
    ) -> None:
        self.text = title + "\n"
        self.title, self.published = title, published
        self.period = Period(*period) if period else None
        if published:
            self._write(f"{published}印发\n")
        self.sections = [Section("s1", "一", "总体目标", 1, None, self._write("一、总体目标\n"))]
        self.targets: list[Target] = []
        self.rows: list[Indicator] = []
        self.points: list[WorkPoint] = []
        self.tasks: list[Task] = []
        self.promises: list[Qualitative] = []
        self.mentions: list[Mention] = []

    def _write(self, words: str) -> Span:
        start = len(self.text)
        self.text += words
        return start, start + len(words.rstrip("\n"))

    @property
    def _section(self) -> str:
        return self.sections[-1].id

    def chapter(self, title: str, *, annex: bool = False) -> None:
        """A chapter, or an annex: 二、重点任务, 附件1."""
        no = 1 + sum(part.parent is None and (part.id[0] == "a") == annex for part in self.sections)
        identity = f"{'a' if annex else 's'}{no}"
        number = f"附件{no}" if annex else "一二三四五六"[no - 1]
        span = self._write(f"{number}、{title}\n")
        self.sections.append(Section(identity, number, title, 1, None, span))

    def action(self, title: str) -> None:
        """A section of the chapter: (一)数字产业升级行动."""
        chapter = [part for part in self.sections if part.parent is None][-1].id
        no = 1 + sum(part.parent == chapter for part in self.sections)
        number = f"({'一二三四五六'[no - 1]})"
        span = self._write(f"{number}{title}\n")
        self.sections.append(Section(f"{chapter}.{no}", number, title, 2, chapter, span))

    def say(
        self,
        subject: str,
        comparator: Comparator,
        value: float,
        unit: str,
        year: int | None = 2027,
        kind: TargetKind = "level",
        *,
        to: float | None = None,
        verb: str = "",
    ) -> Target:
        """A sentence with a target in the section that was begun last."""
        when = f"到{year}年," if year else "每年" if kind == "annual" else ""
        amount = f"{value:g}{unit}"
        said = f"增长{amount}" if kind == "growth" else _WORDS[comparator].format(amount)
        quote = f"{when}{verb}{subject}{said}"
        start, end = self._write(quote)
        self._write("。\n")
        yearly = kind == "annual" and year is None
        target = Target(
            id=f"t{len(self.targets) + 1}",
            subject=subject,
            comparator=comparator,
            value=value,
            value_max=to,
            unit=unit,
            year=year,
            kind=kind,
            section=self._section,
            quote=quote,
            span=(start, end),
            period=(self.period.start, self.period.end) if yearly and self.period else None,
            implied_year=self.period.end if year is None and not yearly and self.period else None,
        )
        self.targets.append(target)
        return target

    def row(
        self,
        name: str,
        unit: str,
        targets: Mapping[int, float],
        lead: tuple[str, ...] = ("市数据局",),
        *,
        comparator: Comparator = ">=",
    ) -> None:
        """A row of the indicator annex."""
        values = " | ".join(f"{year}年{value:g}" for year, value in targets.items())
        span = self._write(f"{name}({unit}) | {values} | {' '.join(lead)} |\n")
        self.rows.append(
            Indicator(
                no=len(self.rows) + 1,
                category="",
                name=name,
                unit=unit,
                cumulative="累计" in name,
                targets={str(year): value for year, value in targets.items()},
                lead=lead,
                span=span,
                comparator=comparator,
            )
        )

    def point(
        self,
        text: str,
        lead: tuple[str, ...] = ("市数据局",),
        *,
        target: tuple[str, Comparator, float, str] | None = None,
        kind: TargetKind = "annual",
        action: str = "",
    ) -> None:
        """A row of the 2025 work list, with its target where it has one."""
        if not any(part.id == "a2" for part in self.sections):
            span = self._write("附件2\n2025年工作要点\n")
            self.sections.append(Section("a2", "附件2", "2025年工作要点", 1, None, span))
        start = self._write(text)[0]
        held = (self.say(*target, year=2025, kind=kind).id,) if target else ()
        self._write("\n")
        span = (start, len(self.text) - 1)
        self.points.append(WorkPoint(len(self.points) + 1, action, text, lead, held, span))

    def task(
        self,
        title: str,
        responsible: tuple[str, ...] = ("市工信局", "市数据局"),
        lead: tuple[str, ...] = (),
        *,
        target: tuple[str, Comparator, float, str] | None = None,
    ) -> None:
        """A numbered task of the section begun last, with its target where it has one."""
        start = self._write(f"{title}。")[0]
        if target:
            self.say(*target)
        self._write(f"({'、'.join((*lead, *responsible))}负责)\n")
        no = f"k{len(self.tasks) + 1}"
        span = (start, len(self.text) - 1)
        self.tasks.append(
            Task(
                no,
                str(len(self.tasks) + 1),
                title,
                self._section,
                responsible,
                lead,
                False,
                (),
                span,
            )
        )

    def promise(self, quote: str) -> None:
        """A promise without a number."""
        self.promises.append(Qualitative(quote, self._section, self._write(quote)))
        self._write("。\n")

    def names(self, name: str, aliases: tuple[str, ...] = ()) -> None:
        """An organisation that the plan mentions, under these names."""
        spans = []
        for one in (name, *aliases):
            spans.append(self._write(one))
            self._write("。\n")
        self.mentions.append(Mention(name, len(spans), tuple(spans), aliases))

    def plan(self) -> CompiledPlan:
        return CompiledPlan(
            title=self.title,
            issuer="",
            published=self.published,
            period=self.period,
            sections=tuple(self.sections),
            targets=tuple(self.targets),
            tasks=tuple(self.tasks),
            indicators=tuple(self.rows),
            work_points=tuple(self.points),
            organisations=tuple(self.mentions),
            qualitative=tuple(self.promises),
        )
