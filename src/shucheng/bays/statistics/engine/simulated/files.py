"""Simulated batches: register, honours, facts and returns of firms that are not, as Parquet files.

>>> numbers = iter(range(1, 1000))
>>> found = simulate(Path("firms"), until=202606, areas={"110101": 2, "110102": 1},
...     number=lambda kind, title, month: next(numbers))  # doctest: +SKIP

Files come in the order in which an office would have taken them over: the register as it opened,
then quarter by quarter what changed in it, the quarter's returns, corrections of the quarter
before, and the year's honours and facts. Read together (`batches.read_batches`) they give the
register; the core's revenue and value added are then the targets, exactly, once every firm of a
starred class has its coefficient and the late returns are in.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shucheng.lib import duck

from ..batches import BATCH_COLUMNS
from ..classification import Classification
from ..classification import shipped as shipped_classification
from ..coefficients import Coefficient
from ..frames import ITEMS
from .codes import credit_codes
from .distinctions import Given, honours
from .duplicates import Duplicate, duplicates
from .facts import facts
from .population import QUARTERS, Firms, populate
from .registrations import Columns, registrations
from .reports import NOTHING, Reports, Targets, reports
from .settings import Settings, SimulationInvalid
from .settings import shipped as shipped_settings

Kind = Literal["register", "honours", "facts", "returns"]


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A batch's file; `month` is the one it was taken over for, `late` what has not come yet."""

    kind: Kind
    title: str
    month: int
    path: Path
    rows: int
    recorded: int
    late: bool = False


@dataclass(frozen=True)
class Simulated:
    """The files in their order and what is known of the firms without them: registrations that are
    one firm, and what share of a starred class's firm counts."""

    files: tuple[BatchFile, ...]
    duplicates: tuple[Duplicate, ...]
    coefficients: tuple[Coefficient, ...]

    def paths(self, kind: Kind, *, late: bool = False) -> list[Path]:
        """The files of a kind, without or with those that have not come yet."""
        return [each.path for each in self.files if each.kind == kind and (late or not each.late)]


def simulate(
    folder: Path,
    *,
    until: int,
    areas: Mapping[str, float],
    number: Callable[[Kind, str, int], int],
    seed: int = 1,
    firms: int = 50_000,
    targets: Targets | None = None,
    parks: Mapping[str, Sequence[str]] | None = None,
    settings: Settings | None = None,
    classes: Classification | None = None,
) -> Simulated:
    """Write the batches of a register that opens with `firms`, until the month `until` (yyyymm).

    `areas` gives each area's weight, `parks` the parks it may have; `number` is asked for the
    number of each batch (kind, title, month) in order, before it is written. Raises
    `SimulationInvalid` for a month before the first and for targets that cannot be met.
    """
    settings = settings or shipped_settings()
    last, month = divmod(until, 100)
    if last < settings.first or not 1 <= month <= 12:
        raise SimulationInvalid(f"there is nothing simulated of {until}")
    folder.mkdir(parents=True, exist_ok=True)
    names = tuple(areas)
    population = populate(settings, classes or shipped_classification(), areas, seed, firms, last)
    codes = credit_codes(np.arange(1, len(population) + 1))
    twice = duplicates(settings, population, codes, seed, firms)
    register = registrations(settings, population, codes, names, parks or {}, seed, twice)
    given = list(honours(settings, population, seed, firms, last))
    monthly = _returns(reports(settings, population, names, seed, last, targets or {}), codes)
    chance = np.random.default_rng([seed, until]).random(len(population))
    late = set(codes[(chance < settings.late) & ~population.always])
    writer = _Writer(folder, number)
    told = facts(settings, population, codes, seed, firms, last)
    _write(writer, settings.first, until, register, _honours(given, codes), told, monthly, late)
    return Simulated(tuple(writer.files), twice, tuple(_coefficients(settings, population, codes)))


def _write(
    writer: "_Writer",
    first: int,
    until: int,
    register: Columns,
    given: Columns,
    facts: Columns,
    monthly: Columns,
    late: set[str],
) -> None:
    """All files in the order of their quarters."""
    period = monthly["period"]
    # The last two periods of those who are late have not come.
    held = np.isin(period, _last_periods(until, 2)) & np.isin(monthly["firm"], list(late))
    there = (period <= until) & ~held
    # Nothing of the last quarter has been corrected yet: what is wrong there was not noticed.
    wrong = monthly["wrong"] & there & (_quarter(period) < _quarter(until))
    first_said = {**monthly, "revenue": np.where(wrong, monthly["said"], monthly["revenue"])}
    before = 0
    for quarter in range(_quarter(first * 100 + 1), _quarter(until) + 1):
        month = min(_end(quarter), until)
        title = f"{month // 100}Q{quarter % 4 + 1}"
        since = register["since"]
        writer.write("register", title, month, register, _within(since, before, month))
        writer.write("returns", title, month, first_said, there & _within(period, before, month))
        fixed = wrong & (_quarter(period) == quarter - 1)
        writer.write("returns", f"{title} corrections", month, monthly, fixed)
        writer.write("honours", title, month, given, _within(given["told"], before, month))
        writer.write("facts", title, month, facts, _within(facts["told"], before, month))
        before = month
    writer.write("returns", "late", until, monthly, held, late=True)


def _quarter(period: Any) -> Any:
    """The quarters of months, numbered through the years."""
    return period // 100 * 4 + (period % 100 - 1) // 3


def _end(quarter: int) -> int:
    return quarter // 4 * 100 + quarter % 4 * 3 + 3


def _within(months: NDArray[np.int64], before: int, month: int) -> NDArray[np.bool_]:
    return (before < months) & (months <= month)


def _last_periods(until: int, count: int) -> list[int]:
    """The last periods of returns; January has none."""
    year, month = divmod(until, 100)
    months = [(year - 1) * 100 + each for each in range(2, 13)]
    months += [year * 100 + each for each in range(2, month + 1)]
    return months[-count:]


def _returns(years: Iterator[Reports], codes: NDArray[np.object_]) -> Columns:
    """The returns of all years as columns; besides, what the first of a wrong one said."""
    found = list(years)
    columns = {
        "firm": codes[np.concatenate([each.firm for each in found])],
        "period": np.concatenate([each.period for each in found]),
        "wrong": np.concatenate([each.wrong for each in found]),
        "said": np.concatenate([each.said for each in found]),
    }
    return columns | {item: np.concatenate([each.items[item] for each in found]) for item in ITEMS}


def _honours(given: list[Given], codes: NDArray[np.object_]) -> Columns:
    return {
        "firm": codes[np.array([each.firm for each in given], dtype=np.int64)],
        "kind": np.array([each.kind for each in given], dtype=object),
        "level": np.array([each.level for each in given], dtype=object),
        "since": np.array([each.since.isoformat() for each in given], dtype=object),
        "until": np.array(
            [each.until.isoformat() if each.until else "" for each in given], dtype=object
        ),
        "withdrawn": np.array([each.withdrawn for each in given], dtype=np.bool_),
        "told": np.array([each.told.year * 100 + each.told.month for each in given], dtype=int),
    }


def _coefficients(
    settings: Settings, firms: Firms, codes: NDArray[np.object_]
) -> Iterator[Coefficient]:
    """The true share of every firm of a starred class."""
    for at in np.flatnonzero(firms.core & (firms.counted < QUARTERS)).tolist():
        share = Decimal(int(firms.counted[at])) / QUARTERS
        yield Coefficient(codes[at], None, share, share, "模拟", date(settings.first, 1, 1))


class _Writer:
    """Writes columns as Parquet files of the batches' columns."""

    def __init__(self, folder: Path, number: Callable[[Kind, str, int], int]) -> None:
        self.files = list[BatchFile]()
        self._folder, self._number = folder, number
        self._connection = duck.connect()

    def write(
        self,
        kind: Kind,
        title: str,
        month: int,
        columns: Columns,
        rows: NDArray[np.bool_],
        *,
        late: bool = False,
    ) -> None:
        """Write these rows, if there are any."""
        if not rows.any():
            return
        recorded = self._number(kind, title, month)
        usual = {"recorded": str(int(recorded)), "status": "'reported'"}
        usual |= dict.fromkeys(("certificate", "holds"), "NULL")
        chosen = ", ".join(
            f"{usual.get(name) or _READ.get(type_, '{0}').format(name)}::{type_} AS {name}"
            for name, type_ in BATCH_COLUMNS[kind].items()
        )
        wanted = {n: columns[n][rows] for n in BATCH_COLUMNS[kind] if n not in usual}
        self._connection.register("columns_of_rows", wanted)
        path = self._folder / f"{kind} {title}.parquet"
        relation = self._connection.sql(f"SELECT {chosen} FROM columns_of_rows ORDER BY ALL")
        relation.write_parquet(str(path), compression="zstd")
        self._connection.unregister("columns_of_rows")
        self.files.append(BatchFile(kind, title, month, path, int(rows.sum()), recorded, late=late))


# How a column of arrays that have no empty values is read.
_READ = {
    "VARCHAR": "nullif({0}, '')",
    "DATE": "nullif({0}, '')",
    "BIGINT": f"nullif({{0}}, {NOTHING})",
    "VARCHAR[]": "if({0} = '', [], [{0}])",
}
