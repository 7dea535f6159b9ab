"""The linear program of a day, as arrays: columns with costs and bounds, rows with bounds, a
matrix.

Everything is laid out by index arithmetic over all devices and steps at once; no expression is
built. Columns: import, export, the month's peak, shortfall of events; boxes; charge, discharge
and level of stores; binaries where a direction must be forced. Rows: balance, peak, feeders,
events, heat, levels, ends, cuts (limits on what merged stores do together in some steps).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shucheng.bays.energy.engine.dispatch.model import Park, Series, series
from shucheng.bays.energy.engine.dispatch.parts import Boxes, Index, Stores, fixed_kw

INF = np.inf


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise cost.x, lower <= x <= upper, row_lower <= A x <= row_upper; A by columns (CSC)."""

    cost: Series
    lower: Series
    upper: Series
    row_lower: Series
    row_upper: Series
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    values: Series
    whole: Index
    layout: "Layout"


@dataclass(frozen=True, eq=False)
class Cut:
    """What a store fills (kWh inside it) in these steps together is at least and at most this."""

    store: int
    steps: tuple[int, ...]
    least: float
    most: float


@dataclass(eq=False)
class Layout:
    """Where things are: column and row numbers by name. Stores' columns are flat over windows."""

    steps: int
    columns: dict[str, slice] = field(default_factory=dict)
    places: dict[str, slice] = field(default_factory=dict)
    store: Index = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    step: Index = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    gives: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))


class _Matrix:
    """Entries of a sparse matrix, gathered as arrays."""

    def __init__(self) -> None:
        self.rows: list[Index] = []
        self.columns: list[Index] = []
        self.values: list[Series] = []

    def add(self, rows: Index, columns: Index, values: Series | float) -> None:
        rows, columns, filled = np.broadcast_arrays(rows, columns, values)
        self.rows.append(rows.ravel())
        self.columns.append(columns.ravel())
        self.values.append(np.asarray(filled, dtype=np.float64).ravel())

    def by_columns(self, width: int) -> tuple[NDArray[np.int32], NDArray[np.int32], Series]:
        rows, columns = np.concatenate(self.rows), np.concatenate(self.columns)
        values = np.concatenate(self.values)
        there = values != 0
        rows, columns, values = rows[there], columns[there], values[there]
        order = np.lexsort((rows, columns))
        starts = np.zeros(width + 1, dtype=np.int32)
        np.cumsum(np.bincount(columns, minlength=width), out=starts[1:])
        return starts, rows[order].astype(np.int32), values[order]


def assemble(
    park: Park,
    stores: Stores,
    boxes: Boxes,
    feeders: Index,
    one_way: Index | None = None,
    cuts: Sequence[Cut] = (),
) -> Program:
    """The program of a park whose devices are these parts. `feeders`: numbers of those whose limits
    have rows. `one_way`: pairs (store, step), m x 2, that may not charge and discharge at once."""
    steps, hours, grid = park.steps, park.hours, park.grid
    clock = np.arange(steps)
    length = stores.last - stores.first
    store = np.repeat(np.arange(len(length)), length)
    step = np.arange(len(store)) - np.repeat(np.cumsum(length) - length - stores.first, length)
    gives, keeps = (stores.discharge_kw > 0)[store], stores.levelled[store]
    pairs = np.zeros((0, 2), dtype=np.int64) if one_way is None else one_way
    soft = np.concatenate(
        [np.zeros(0, dtype=np.int64)]
        + [np.arange(e.first, e.last) for e in park.events if e.penalty_yuan_per_kwh is not None]
    )
    layout = Layout(steps, store=store, step=step, gives=gives)
    width = _slices(
        layout.columns,
        {
            "import": steps, "export": steps, "peak": 1, "short": len(soft),
            "box": boxes.upper_kw.size, "charge": len(store), "discharge": int(gives.sum()),
            "level": int(keeps.sum()), "way": len(pairs),
        },
    )  # fmt: skip
    heat = park.heat_kw is not None
    events = np.concatenate(
        [np.zeros(0, dtype=np.int64)] + [np.arange(e.first, e.last) for e in park.events]
    )
    height = _slices(
        layout.places,
        {
            "balance": steps, "peak": steps, "feeder": len(feeders) * steps,
            "event": len(events), "heat": steps if heat else 0, "level": int(keeps.sum()),
            "end": len(length), "way": 2 * len(pairs), "cut": len(cuts),
        },
    )  # fmt: skip
    at = {name: np.arange(part.start, part.stop) for name, part in layout.columns.items()}
    to = {name: np.arange(part.start, part.stop) for name, part in layout.places.items()}
    cost, lower, upper = np.zeros(width), np.zeros(width), np.full(width, INF)
    least, most = np.zeros(height), np.zeros(height)
    matrix = _Matrix()

    # The grid.
    carbon = grid.carbon_yuan_per_t * grid.carbon_kg_per_kwh / 1000
    cost[at["import"]] = (series(grid.buy_yuan_per_kwh, steps) + carbon) * hours
    cost[at["export"]] = -series(grid.sell_yuan_per_kwh, steps) * hours
    cost[at["peak"]] = grid.demand_yuan_per_kw
    lower[at["peak"]] = grid.peak_so_far_kw
    upper[at["import"]], upper[at["export"]] = grid.import_kw, grid.export_kw
    drawn, drawn_on = fixed_kw(park)
    matrix.add(to["balance"], at["import"], 1.0)
    matrix.add(to["balance"], at["export"], -1.0)
    least[to["balance"]] = most[to["balance"]] = drawn
    if grid.demand_yuan_per_kw:
        matrix.add(to["peak"], at["peak"], 1.0)
        matrix.add(to["peak"], at["import"], -1.0)
    most[to["peak"]] = INF
    if len(events):
        matrix.add(to["event"], at["import"][events], 1.0)
        where = np.searchsorted(np.sort(events), soft)
        matrix.add(to["event"][np.argsort(events)[where]], at["short"], -1.0)
        least[to["event"]] = -INF
        most[to["event"]] = np.concatenate(
            [np.full(e.last - e.first, e.baseline_kw - e.commitment_kw) for e in park.events]
        )
        cost[at["short"]] = np.concatenate(
            [np.zeros(0)]
            + [
                np.full(e.last - e.first, e.penalty_yuan_per_kwh * hours)
                for e in park.events
                if e.penalty_yuan_per_kwh is not None
            ]
        )
    if heat:
        least[to["heat"]], most[to["heat"]] = series(park.heat_kw, steps), INF  # type: ignore[arg-type]

    # Feeders: what their devices draw, beside what is drawn in any case.
    row_of = np.full(len(park.feeders) + 1, -1)
    row_of[feeders] = np.arange(len(feeders))
    for place, number in enumerate(feeders):
        rows = to["feeder"][place * steps : (place + 1) * steps]
        least[rows] = -park.feeders[number].export_kw - drawn_on[number]
        most[rows] = park.feeders[number].import_kw - drawn_on[number]

    def power(feeder: Index, at_step: Index, columns: Index, given: Series | float) -> None:
        """Power given to the park, and drawn from it where negative."""
        given = np.broadcast_to(np.asarray(given, dtype=np.float64), columns.shape)
        matrix.add(to["balance"][at_step], columns, given)
        place = row_of[feeder]
        on = place >= 0
        matrix.add(to["feeder"][place[on] * steps + at_step[on]], columns[on], -given[on])

    # Boxes.
    upper[at["box"]] = boxes.upper_kw.ravel()
    cost[at["box"]] = np.repeat(boxes.cost * hours, steps)
    box_step = np.tile(clock, len(boxes.cost))
    power(np.repeat(boxes.feeder, steps), box_step, at["box"], np.repeat(boxes.power, steps))
    if heat:
        matrix.add(to["heat"][box_step], at["box"], np.repeat(boxes.heat, steps))

    # Stores.
    feeder, gain = stores.feeder[store], (hours * stores.charge_efficiency)[store]
    loss = (hours / stores.discharge_efficiency)[store]
    upper[at["charge"]] = stores.charge_kw[store]
    upper[at["discharge"]] = stores.discharge_kw[store][gives]
    cost[at["charge"]] = (stores.wear * hours)[store]
    cost[at["discharge"]] = (stores.wear * hours)[store][gives]
    power(feeder, step, at["charge"], -1.0)
    power(feeder[gives], step[gives], at["discharge"], 1.0)
    lower[at["level"]] = stores.floor[store, step][keeps]
    upper[at["level"]] = stores.capacity[store][keeps]
    line = np.cumsum(keeps) - 1  # the row of a level, where there is one
    matrix.add(to["level"], at["level"], 1.0)
    matrix.add(to["level"][line[keeps]], at["charge"][keeps], -gain[keeps])
    levelled = keeps[gives]
    matrix.add(to["level"][line[gives][levelled]], at["discharge"][levelled], loss[gives][levelled])
    begins = step == stores.first[store]
    later = keeps & ~begins
    matrix.add(to["level"][line[later]], at["level"][line[later] - 1], -stores.keep[store][later])
    first = line[keeps & begins]
    least[to["level"][first]] = (stores.keep * stores.start)[store[keeps & begins]]
    most[to["level"]] = least[to["level"]]
    ends = keeps & (step == stores.last[store] - 1)
    matrix.add(to["end"][store[ends]], at["level"][line[ends]], 1.0)
    sums = ~keeps
    matrix.add(to["end"][store[sums]], at["charge"][sums], gain[sums])
    begun = np.where(stores.levelled, 0, stores.start)
    least[to["end"]], most[to["end"]] = stores.end - begun, stores.capacity - begun

    begin = np.cumsum(length) - length - stores.first
    for row, cut in zip(to["cut"], cuts, strict=True):
        flat = begin[cut.store] + np.array(cut.steps)
        matrix.add(np.full(len(flat), row), at["charge"][flat], gain[flat])
        least[row], most[row] = cut.least, cut.most

    # One direction at a time: charge <= limit.w, discharge <= limit.(1 - w), w 0 or 1.
    if len(pairs):
        flat = begin[pairs[:, 0]] + pairs[:, 1]
        rows = to["way"].reshape(2, -1)
        matrix.add(rows[0], at["charge"][flat], 1.0)
        matrix.add(rows[0], at["way"], -stores.charge_kw[pairs[:, 0]])
        matrix.add(rows[1], at["discharge"][(np.cumsum(gives) - 1)[flat]], 1.0)
        matrix.add(rows[1], at["way"], stores.discharge_kw[pairs[:, 0]])
        least[to["way"]], most[rows[1]] = -INF, stores.discharge_kw[pairs[:, 0]]
        upper[at["way"]] = 1
    starts, rows_of, values = matrix.by_columns(width)
    return Program(
        cost, lower, upper, least, most, starts, rows_of, values, at["way"], layout
    )  # fmt: skip


def _slices(into: dict[str, slice], sizes: dict[str, int]) -> int:
    end = 0
    for name, size in sizes.items():
        into[name] = slice(end, end + size)
        end += size
    return end
