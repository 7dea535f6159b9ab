"""A document as data: what stands in it, not how it is set.

Made by `compose`, set by `docx`, `pdf`, `xlsx` and the preview page. A run of text knows the
address that explains it; a paragraph knows whether the platform or a person wrote it.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a sentence; `figure` says that it is a figure, which `explain` leads to."""

    text: str
    explain: str = ""
    figure: bool = False
    simulated: bool = False


Sentence = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that follow one another. `lead` is set in bold before them."""

    sentences: tuple[Sentence, ...]
    lead: str = ""
    written_by: Literal["platform", "person"] = "platform"

    @property
    def text(self) -> str:
        runs = (run.text for sentence in self.sentences for run in sentence)
        return self.lead + "".join(runs)


@dataclass(frozen=True, slots=True)
class Column:
    """`width` is a share of the table's: twice as much is twice as wide."""

    title: str
    align: Align = "left"
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    light: str = ""
    explain: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class PathPoint:
    label: str
    value: Decimal | None
    expected: Decimal | None


@dataclass(frozen=True, slots=True)
class PathChart:
    """What was reached (a line with points) against what the path expects (dashed)."""

    title: str
    unit: str
    points: tuple[PathPoint, ...]
    kind: Literal["path"] = "path"


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: Decimal
    text: str
    light: str = ""


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars from zero, in the order given; `reference` is a line across them."""

    title: str
    unit: str
    bars: tuple[Bar, ...]
    reference: Decimal | None = None
    reference_text: str = ""
    kind: Literal["bars"] = "bars"


Chart = PathChart | BarChart


@dataclass(frozen=True, slots=True)
class Charts:
    """Charts that stand together, two in a row."""

    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: sources, rules, what is simulated."""

    text: str


Block = Heading | Paragraph | Table | Charts | Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`masthead` and what follows it stand above the red line; empty where there is none."""

    title: str
    subtitle: str
    masthead: str
    number: str
    issuer: str
    issued_on: str
    stamp: str  # what is printed on every page: draft, simulated; empty where neither
    blocks: tuple[Block, ...]
    # The same in single words, for the templates that people make.
    words: dict[str, str] = field(default_factory=dict)

    @property
    def charts(self) -> tuple[Chart, ...]:
        found = (block.charts for block in self.blocks if isinstance(block, Charts))
        return tuple(chart for charts in found for chart in charts)
