"""What a background set holds: flows, processes, their exchanges, and methods of assessment.

Processes follow ISO 14044:2006, 4.3: each makes one product (allocation is done before), takes
products of others and exchanges elementary flows with nature. An amount belongs to `output` units
of the product. Nothing here computes.
"""

from dataclasses import dataclass
from typing import Literal

Review = Literal["draft", "reviewed", "published", "withdrawn"]
# What a number of emissions is. `emission`: 排放因子, what leaves at the process itself;
# `footprint`: 碳足迹因子 (GB/T 24067), which has the whole upstream in it; `""`: an amount that was
# measured or estimated for this process.
FactorKind = Literal["", "emission", "footprint"]
# `life_cycle`: CO2e of everything upstream, which only a footprint factor may fill.
FlowKind = Literal["substance", "life_cycle"]


@dataclass(frozen=True, slots=True)
class Quality:
    """Scores 1 (best) to 5 of the pedigree matrix (Weidema and Wesnæs 1996, J. Cleaner Prod. 4,
    167-174), in its order. See `uncertainty.sigma`."""

    reliability: int
    completeness: int
    temporal: int
    geographical: int
    technological: int


@dataclass(frozen=True, slots=True)
class Flow:
    """An elementary flow: a substance that enters or leaves nature through a `compartment`."""

    id: str
    name: str
    unit: str
    compartment: str = "air"
    kind: FlowKind = "substance"


@dataclass(frozen=True, slots=True)
class Exchange:
    """An amount of a product (`of` is its id) that is taken, or of an elementary flow.

    A negative amount of a product is a credit. `source` says where the number is from; one that
    rests on an assumption of ours is an `estimate`. `basic` is the variance of the logarithm
    before data quality counts.
    """

    of: str
    amount: float
    unit: str
    source: str = ""
    estimate: bool = False
    factor: FactorKind = ""
    quality: Quality | None = None
    basic: float = 0.0


@dataclass(frozen=True, slots=True)
class Process:
    """A process and the one product it makes. `geography`: GB/T 2260 code, CN or GLO; it stands
    for the years `since` to `until`, both included."""

    id: str
    name: str
    product: str
    unit: str
    geography: str
    since: int
    until: int
    version: str
    review: Review = "draft"
    output: float = 1.0
    inputs: tuple[Exchange, ...] = ()
    elementary: tuple[Exchange, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Characterisation:
    """How much one `per` of a flow counts, in the method's unit."""

    flow: str
    factor: float
    per: str
    source: str


@dataclass(frozen=True, slots=True)
class Method:
    """A method of assessment, such as GWP100: its factors are data. A flow that it does not name
    counts nothing, and `unnamed` of a system tells which."""

    id: str
    name: str
    unit: str
    version: str
    factors: tuple[Characterisation, ...]


@dataclass(frozen=True, slots=True)
class Background:
    """A background set of one version."""

    id: str
    name: str
    version: str
    licence: str
    flows: tuple[Flow, ...]
    methods: tuple[Method, ...]
    processes: tuple[Process, ...]
