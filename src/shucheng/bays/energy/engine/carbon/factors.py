"""Factors as data: which kinds there are, and sets of them that never change under a version.

An emission factor (排放因子) says what leaves a chimney or a power plant; a footprint factor
(碳足迹因子) says what a kilowatt hour caused over its whole life cycle. Both are printed per kWh,
so one is easily taken for the other: here they are two classes without a common base, and every
reader asks for one of them by name.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Literal, TypeVar

from .refused import CarbonRefused
from .units import Rate, exact, rate

Checked = Literal["official", "several-copies", "one-copy", "unverified"]
"""Where the value was read: in the document itself, in copies of it, or not surely."""

CHECKED = ("official", "several-copies", "one-copy", "unverified")
T = TypeVar("T")
GASES = ("CO2", "CH4", "N2O")
USES = ("location", "residual", "fossil", "default", "supplier", "process", "superseded")


@dataclass(frozen=True, slots=True)
class Source:
    """A notice, standard or report. `published`: a day or a year."""

    title: str
    number: str
    issuer: str
    published: str


@dataclass(frozen=True, slots=True)
class EmissionFactor:
    """排放因子: `value` in `unit` (a mass of `gas` by an amount of `carrier`) for a `region` and
    the data's `year` (None: not of a year). `use`: location, residual (what is left when contracts
    are taken out), fossil, default, supplier, process or superseded."""

    id: str
    use: str
    carrier: str
    region: str
    level: str
    year: int | None
    value: Decimal
    unit: str
    gas: str
    source: Source
    checked: Checked
    note: str = ""

    @property
    def rate(self) -> Rate:
        return rate(self.unit)


@dataclass(frozen=True, slots=True)
class FootprintFactor:
    """碳足迹因子: CO2e of a whole life cycle, for product footprints (GB/T 24067) alone."""

    id: str
    use: str
    carrier: str
    region: str
    level: str
    year: int | None
    value: Decimal
    unit: str
    source: Source
    checked: Checked
    note: str = ""

    @property
    def rate(self) -> Rate:
        return rate(self.unit)


@dataclass(frozen=True, slots=True)
class Warming:
    """A global warming potential: kgCO2e by kg of a gas."""

    id: str
    gas: str
    value: Decimal
    unit: str
    source: Source
    checked: Checked
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A coefficient between two dimensions, such as kgce/kWh of a carrier. `use`: equivalent
    (当量值) or equal (等价值)."""

    id: str
    use: str
    carrier: str
    value: Decimal
    unit: str
    source: Source
    checked: Checked
    note: str = ""


Factor = EmissionFactor | FootprintFactor | Warming | Conversion


@dataclass(frozen=True)
class FactorSet:
    """A version of a set. Refused: `factor-twice`, `factor-invalid`, `unit-unknown`."""

    name: str
    version: str
    factors: tuple[Factor, ...]
    _by_id: Mapping[str, Factor] = field(init=False, repr=False, compare=False)
    digest: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        by_id: dict[str, Factor] = {}
        for each in self.factors:
            if each.id in by_id:
                raise CarbonRefused("factor-twice", factor=each.id)
            _check(each)
            by_id[each.id] = each
        object.__setattr__(self, "_by_id", by_id)
        object.__setattr__(self, "digest", digest_of(map(_plain, self.factors)))

    def emission(self, id: str) -> EmissionFactor:
        """Refused: `factor-unknown`; `kind-mixed` where the id is of another kind."""
        return self._of(EmissionFactor, id)

    def footprint(self, id: str) -> FootprintFactor:
        """Refused: `factor-unknown`; `kind-mixed` where the id is of another kind."""
        return self._of(FootprintFactor, id)

    def warming(self, id: str) -> Warming:
        """Refused as `emission`."""
        return self._of(Warming, id)

    def conversions(self) -> Iterator[Conversion]:
        return (each for each in self.factors if isinstance(each, Conversion))

    def emissions(self) -> Iterator[EmissionFactor]:
        return (each for each in self.factors if isinstance(each, EmissionFactor))

    def changed(self, version: str, *factors: Factor) -> "FactorSet":
        """The next version: rows of the same id give way, others are added. Refused:
        `version-taken` where the version's name stays."""
        if version == self.version:
            raise CarbonRefused("version-taken", set=self.name, version=version)
        new = {each.id: each for each in factors}
        kept = tuple(new.pop(each.id, each) for each in self.factors)
        return FactorSet(self.name, version, kept + tuple(new.values()))

    def _of(self, kind: type[T], id: str) -> T:
        found = self._by_id.get(id)
        if found is None:
            raise CarbonRefused("factor-unknown", factor=id, set=f"{self.name} {self.version}")
        return of_kind(kind, found)


class Library:
    """All versions of all sets that were ever used: none is changed, none is dropped."""

    def __init__(self, sets: Iterable[FactorSet] = ()) -> None:
        self._sets: dict[tuple[str, str], FactorSet] = {}
        for each in sets:
            self.add(each)

    def add(self, factors: FactorSet) -> None:
        """Refused: `version-taken` where the version stands for other factors already."""
        there = self._sets.setdefault((factors.name, factors.version), factors)
        if there.digest != factors.digest:
            raise CarbonRefused("version-taken", set=factors.name, version=factors.version)

    def get(self, name: str, version: str) -> FactorSet:
        """Refused: `factor-unknown`."""
        found = self._sets.get((name, version))
        if found is None:
            raise CarbonRefused("factor-unknown", set=f"{name} {version}")
        return found


def of_kind(kind: type[T], factor: object) -> T:
    """The factor, if it is of the kind; types say so as well, but data come at run time. Refused:
    `kind-mixed`."""
    if not isinstance(factor, kind):
        id = getattr(factor, "id", repr(factor))
        raise CarbonRefused(
            "kind-mixed", factor=id, is_a=type(factor).__name__, asked=kind.__name__
        )
    return factor


def digest_of(rows: Iterable[str]) -> str:
    """SHA-256 over rows in their sorted order, so that the order they came in does not matter."""
    hashed = hashlib.sha256()
    for each in sorted(rows):
        hashed.update(each.encode())
        hashed.update(b"\n")
    return hashed.hexdigest()


def _plain(factor: Factor) -> str:
    told = {"kind": type(factor).__name__} | asdict(factor) | {"value": str(exact(factor.value))}
    return json.dumps(told, sort_keys=True, ensure_ascii=False)


def _check(factor: Factor) -> None:
    if exact(factor.value, "value") < 0:
        raise CarbonRefused("factor-invalid", factor=factor.id, value=factor.value)
    if factor.checked not in CHECKED:
        raise CarbonRefused("factor-invalid", factor=factor.id, checked=factor.checked)
    told = rate(factor.unit)
    match factor:
        case EmissionFactor():
            right = factor.gas in GASES and told.above.dimension == factor.gas
            right = right and factor.use in USES and bool(factor.carrier)
        case FootprintFactor():
            right = told.above.dimension == "CO2e" and bool(factor.carrier)
        case Warming():
            right = (told.above.dimension, told.below.dimension) == ("CO2e", factor.gas)
        case Conversion():
            right = told.above.dimension != told.below.dimension and bool(factor.carrier)
    if not right:
        raise CarbonRefused("factor-invalid", factor=factor.id, unit=factor.unit)
