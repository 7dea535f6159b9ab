"""A city pack in memory: everything the platform knows of one city, as plain frozen data.

The files it is read from, field by field, are described in `cities/README.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

OrganisationKind = Literal[
    "department",
    "county_government",
    "functional_zone",
    "park",
    "centre",
    "company",
    "other",
]
AreaKind = Literal["province", "city", "district", "county_level_city", "county", "functional_zone"]
Measure = Literal["stock", "flow", "rate", "index"]
MetricFrequency = Literal["A", "S", "Q", "M", "D"]
OverAreas = Literal["sum", "mean", "weighted", "none"]
OverTime = Literal["sum", "last", "mean", "none"]
Origin = Literal["reported", "bay", "imported"]
Direction = Literal["up", "down"]
# What a target of that kind is compared with; the plan's `level` and `cumulative` are one here,
# because texts do not keep them apart (建成10家 is a level to one reader, cumulative to another).
TargetSort = Literal["level", "annual", "growth"]
FormKind = Literal["city", "area"]
RuleKind = Literal["range", "sum", "compare", "jump", "areas"]


@dataclass(frozen=True, slots=True)
class City:
    """Names, code and defaults; `adcode` is None for a place without a GB/T 2260 code."""

    code: str
    name: str
    name_en: str
    adcode: str | None
    language: str
    title: str
    title_en: str
    # The number a printed map must carry (审图号); empty until the city has one.
    map_approval: str


@dataclass(frozen=True, slots=True)
class PlanReference:
    """The plan a pack belongs to; `file` is None where the text is handed over at loading."""

    title: str
    start: int
    end: int
    file: Path | None
    # The organisation that runs the platform (the plan office).
    office: str | None


@dataclass(frozen=True, slots=True)
class Organisation:
    """`name` is what the plan calls it; `full_name` and `aliases` are its other names."""

    code: str
    name: str
    full_name: str
    aliases: tuple[str, ...]
    kind: OrganisationKind
    parent: str | None
    area: str | None
    note: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.name, self.full_name, *self.aliases)))


@dataclass(frozen=True, slots=True)
class Area:
    """`code` is GB/T 2260 where the area has one; `outline` says whether a map can draw it."""

    code: str
    name: str
    name_en: str
    kind: AreaKind
    parent: str | None
    outline: bool


@dataclass(frozen=True, slots=True)
class Metric:
    """Something that can be observed (数据项).

    `over_areas` and `over_time` say how values add up; `weight` is the metric that weighs where
    `over_areas` is "weighted". `unconfirmed` marks a definition the plan does not give. `figure` is
    what a bay measures of the same: the value where `origin` is "bay", shown beside it otherwise.
    """

    code: str
    name: str
    name_en: str
    unit: str
    measure: Measure
    frequency: MetricFrequency
    over_areas: OverAreas
    over_time: OverTime
    weight: str | None
    definition: str
    owner: str
    origin: Origin
    figure: str
    by_area: bool
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class AnnexRow:
    """The row of the plan's indicator annex that a binding answers."""

    no: int
    name: str


@dataclass(frozen=True, slots=True)
class TargetClause:
    """Which text targets a binding answers: by subject (any of several wordings) and unit.

    `year` None means any year.
    """

    subjects: tuple[str, ...]
    unit: str
    year: int | None
    kind: TargetSort


@dataclass(frozen=True, slots=True)
class Binding:
    """An indicator: a formula over metrics, and the plan's promises that it measures."""

    code: str
    name: str
    name_en: str
    formula: str
    unit: str
    direction: Direction
    lead: tuple[str, ...]
    clause: str
    indicator: AnnexRow | None
    targets: tuple[TargetClause, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Series:
    """How a metric's simulated values run: invented numbers, never statistics.

    `start` is the first period's value of the whole city in the metric's unit, `growth` percent
    a year, `noise` the standard deviation in percent, `lag_days` the days from a period's end
    until it is reported, `late_days` how many more the city's own figure takes. What is first
    reported is preliminary where it is settled so many days after (`settled_days`).
    """

    metric: str
    start: Decimal
    growth: Decimal
    noise: Decimal
    lag_days: int
    late_days: int = 0
    settled_days: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the city's simulated values falls to an area, next to the other areas' weights.

    `late_days` is how many days later than the city it reports.
    """

    area: str
    weight: Decimal
    late_days: int


@dataclass(frozen=True, slots=True)
class SimulatedFirms:
    """How many firms are simulated, and which metrics' simulated values their returns add up to:
    revenue and value added of the core industries."""

    count: int
    core_revenue: str | None = None
    core_value_added: str | None = None


@dataclass(frozen=True, slots=True)
class Simulation:
    """Settings of the demonstration year; `first` is the first simulated period (2024-01)."""

    seed: int
    first: str
    series: tuple[Series, ...]
    shares: tuple[Share, ...] = ()
    firms: SimulatedFirms | None = None


@dataclass(frozen=True, slots=True)
class FormChange:
    """What is different about the form of an owner's metrics of one frequency and kind."""

    owner: str
    frequency: str
    kind: FormKind
    name: str = ""
    name_en: str = ""
    due_days: int | None = None
    publish_apart: bool = False
    optional: tuple[str, ...] = ()
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class ReportingRule:
    """A validation rule; `params` by field, `metrics` are those that it names."""

    code: str
    kind: RuleKind
    severity: Literal["error", "warning"]
    params: Mapping[str, Any]
    metrics: tuple[str, ...]
    note: str = ""
    unconfirmed: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class Reporting:
    """`first` is the first period that is asked for; `due_days` by frequency."""

    first: str = ""
    due_days: Mapping[str, int] = field(default_factory=dict)
    forms: tuple[FormChange, ...] = ()
    rules: tuple[ReportingRule, ...] = ()


@dataclass(frozen=True, slots=True)
class CityPack:
    """A whole pack, checked; `path` is its folder."""

    path: Path
    city: City
    plan: PlanReference
    organisations: tuple[Organisation, ...]
    areas: tuple[Area, ...]
    metrics: tuple[Metric, ...]
    bindings: tuple[Binding, ...]
    simulation: Simulation | None
    reporting: Reporting = field(default_factory=Reporting)

    def organisation_names(self) -> Mapping[str, str]:
        """Every name and alias of an organisation, with the name the pack calls it by."""
        return {name: each.name for each in self.organisations for name in each.names}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a pack: the file, the entry in it, what is wrong, what to do."""

    file: str
    entry: str
    message: str
    hint: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.entry}" if self.entry else self.file
        return f"{where}: {self.message} {self.hint}".rstrip()


class PackInvalid(ValueError):
    """A city pack that cannot be used; `problems` lists everything wrong at once."""

    code = "pack-invalid"

    def __init__(self, path: Path, problems: tuple[Problem, ...]) -> None:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"city pack {path.name}: {len(problems)} problem(s)\n{lines}")
        self.path, self.problems = path, problems
