"""A park as dispatch sees it: devices, grid, prices. Powers are kW, energies kWh, money yuan.

A series has one figure a step; a step lasts `Park.hours`. Steps count from 0; a window `first`
to `last` includes `first` and not `last`. A power is the mean over its step, at the device's
terminals.
"""

from collections import Counter
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

Series = NDArray[np.float64]
NO_LIMIT = float("inf")


class ParkInvalid(ValueError):
    """A park that cannot be scheduled as it is described. `problems` tell all that is wrong."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Feeder:
    """A line of the park. What its devices draw together stays between the two limits (kW)."""

    code: str
    import_kw: float = NO_LIMIT
    export_kw: float = NO_LIMIT


@dataclass(frozen=True, eq=False)
class Grid:
    """The park's connection, and what it pays: series in yuan/kWh, `steps` long.

    `demand_yuan_per_kw` is paid once for the month's highest mean import of a step (需量电费),
    which is at least `peak_so_far_kw`. Carbon is priced on imported energy only.
    """

    buy_yuan_per_kwh: ArrayLike
    sell_yuan_per_kwh: ArrayLike
    import_kw: float = NO_LIMIT
    export_kw: float = NO_LIMIT
    demand_yuan_per_kw: float = 0.0
    peak_so_far_kw: float = 0.0
    carbon_yuan_per_t: float = 0.0
    carbon_kg_per_kwh: float = 0.0


@dataclass(frozen=True, eq=False)
class Load:
    """What is drawn in any case (kW, `steps` long)."""

    code: str
    kw: ArrayLike
    feeder: str = ""


@dataclass(frozen=True)
class Battery:
    """A storage. Levels are kWh inside it; `wear_yuan_per_kwh` is paid for what passes its
    terminals, in and out. Below `reserve_kwh` it rises as fast as it can, and never falls back.
    `end_kwh` is the least level after the last step. `self_discharge` is the share lost an hour.
    """

    code: str
    capacity_kwh: float
    charge_kw: float
    discharge_kw: float
    now_kwh: float
    end_kwh: float = 0.0
    reserve_kwh: float = 0.0
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.95
    self_discharge: float = 0.0
    wear_yuan_per_kwh: float = 0.0
    feeder: str = ""


@dataclass(frozen=True)
class Vehicle:
    """An electric vehicle at its charger from step `arrival` until step `departure` begins, when
    `needed_kwh` must be in it. `v2g_kw` is what it can give back (0: it only charges)."""

    code: str
    arrival: int
    departure: int
    capacity_kwh: float
    arrival_kwh: float
    needed_kwh: float
    charge_kw: float
    v2g_kw: float = 0.0
    charge_efficiency: float = 0.95
    discharge_efficiency: float = 0.95
    wear_yuan_per_kwh: float = 0.0
    feeder: str = ""


@dataclass(frozen=True)
class ShiftableLoad:
    """An energy to be drawn within a window, at any powers up to `most_kw`."""

    code: str
    first: int
    last: int
    energy_kwh: float
    most_kw: float
    feeder: str = ""


@dataclass(frozen=True, eq=False)
class CurtailableLoad:
    """A load (kW, `steps` long) of which a share may be cut, at a price."""

    code: str
    kw: ArrayLike
    most_share: float
    penalty_yuan_per_kwh: float
    feeder: str = ""


@dataclass(frozen=True, eq=False)
class Generator:
    """PV or wind: what is available (kW, `steps` long) is used or curtailed."""

    code: str
    available_kw: ArrayLike
    cost_yuan_per_kwh: float = 0.0
    feeder: str = ""


@dataclass(frozen=True)
class Converter:
    """A unit run by its input (kW), up to `most_kw`: each kW of it gives `heat` kW and `power` kW.

    A gas boiler is heat 0.92, power 0; CHP is heat 0.45, power 0.38; a heat pump's input is
    electricity: heat 3.2, power -1, no fuel cost (its electricity is bought by the park).
    """

    code: str
    most_kw: float
    heat: float
    power: float = 0.0
    fuel_yuan_per_kwh: float = 0.0
    fuel_kg_per_kwh: float = 0.0
    feeder: str = ""


@dataclass(frozen=True)
class Event:
    """A demand-response event: import stays at or below baseline minus commitment (kW).

    Paid: commitment x time x `reward`. With a `penalty` each kWh short costs it; without one (None)
    the event is a limit like any other. Steps belong to one event at most.
    """

    code: str
    first: int
    last: int
    baseline_kw: float
    commitment_kw: float
    reward_yuan_per_kwh: float = 0.0
    penalty_yuan_per_kwh: float | None = None


@dataclass(frozen=True, eq=False)
class Park:
    """All of it. `heat_kw` is heat demand (`steps` long); surplus heat may be released."""

    steps: int
    hours: float
    grid: Grid
    feeders: tuple[Feeder, ...] = ()
    loads: tuple[Load, ...] = ()
    batteries: tuple[Battery, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    shiftables: tuple[ShiftableLoad, ...] = ()
    curtailables: tuple[CurtailableLoad, ...] = ()
    generators: tuple[Generator, ...] = ()
    converters: tuple[Converter, ...] = ()
    events: tuple[Event, ...] = ()
    heat_kw: ArrayLike | None = None


@dataclass(frozen=True, eq=False)
class Schedule:
    """What each device does: arrays of devices (in the park's order) x steps, kW; levels in kWh
    after each step. A vehicle's level is 0 outside its window. `costs` are yuan by name."""

    import_kw: Series
    export_kw: Series
    peak_kw: float
    battery_charge_kw: Series
    battery_discharge_kw: Series
    battery_kwh: Series
    vehicle_charge_kw: Series
    vehicle_discharge_kw: Series
    vehicle_kwh: Series
    shiftable_kw: Series
    cut_kw: Series
    used_kw: Series
    input_kw: Series
    costs: dict[str, float] = field(default_factory=dict)

    @property
    def cost_yuan(self) -> float:
        """The bill: all costs, less what is earned."""
        return sum(self.costs.values())


@dataclass(frozen=True)
class Violation:
    """A limit that no schedule can keep, and by how much it is missed. `step` is None where the
    limit is not one of a step; `unit` is kW or kWh."""

    limit: str
    code: str
    step: int | None
    amount: float
    unit: str


@dataclass(frozen=True, eq=False)
class Answer:
    """A schedule, or the limits that stand against one: never both.

    `bound_yuan` is a proved lower bound of the bill: it equals the schedule's bill up to rounding.
    """

    schedule: Schedule | None
    bound_yuan: float
    violations: tuple[Violation, ...] = ()
    rounds: int = 1
    columns: int = 0


def series(values: ArrayLike, steps: int) -> Series:
    """As an array of floats, one a step; a single figure stands for all steps."""
    return np.broadcast_to(np.asarray(values, dtype=np.float64), (steps,))


def check(park: Park) -> None:
    """Raise `ParkInvalid` with all that is wrong: numbers, windows, feeders, codes used twice."""
    found = tuple(_problems(park))
    if found:
        raise ParkInvalid(found)


DEVICES = (
    "loads",
    "batteries",
    "vehicles",
    "shiftables",
    "curtailables",
    "generators",
    "converters",
)


def _problems(park: Park) -> list[str]:
    if park.steps < 1 or not 0 < park.hours < NO_LIMIT:
        return ["a park needs at least one step, and steps of some hours"]
    found = _numbers(park)
    if found:
        return found
    feeders = {each.code for each in park.feeders}
    for kind in (*DEVICES, "feeders", "events"):
        codes = [each.code for each in getattr(park, kind)]
        found += [f"{kind} {code}: twice" for code, n in Counter(codes).items() if n > 1]
    for kind in DEVICES:
        found += [
            f"{kind} {each.code}: no feeder {each.feeder}"
            for each in getattr(park, kind)
            if each.feeder and each.feeder not in feeders
        ]
    return found + _limits(park)


def _numbers(park: Park) -> list[str]:
    """Not a number, infinite where it may not be, negative where it may not be, a wrong length."""
    found: list[str] = []
    signed = {"buy_yuan_per_kwh", "sell_yuan_per_kwh", "cost_yuan_per_kwh", "power"}
    endless = {"import_kw", "export_kw"}
    things = [("grid", park.grid)] + [
        (f"{kind} {each.code}", each)
        for kind in (*DEVICES, "feeders", "events")
        for each in getattr(park, kind)
    ]
    if park.heat_kw is not None:
        things.append(("heat", Load("", park.heat_kw)))
    for name, thing in things:
        for one in fields(thing):
            value = getattr(thing, one.name)
            if value is None or isinstance(value, str):
                continue
            if isinstance(value, (int, float)):
                wrong = value != value or (abs(value) == NO_LIMIT and one.name not in endless)
                wrong = wrong or (value < 0 and one.name not in signed)
            else:
                array = np.asarray(value, dtype=np.float64)
                wrong = array.shape not in {(), (park.steps,)} or not np.isfinite(array).all()
                wrong = wrong or (one.name not in signed and bool((array < 0).any()))
            if wrong:
                found.append(f"{name}: {one.name} is no such figure for {park.steps} steps")
    return found


def _limits(park: Park) -> list[str]:
    found: list[str] = []
    grid = park.grid
    paid = np.asarray(grid.buy_yuan_per_kwh) + grid.carbon_yuan_per_t * grid.carbon_kg_per_kwh / 1e3
    if (np.asarray(grid.sell_yuan_per_kwh) > paid + 1e-12).any():
        found.append("grid: energy sold for more than it costs would be bought without end")
    for b in park.batteries:
        shares = (b.charge_efficiency, b.discharge_efficiency)
        if not all(0 < share <= 1 for share in shares) or b.self_discharge >= 1:
            found.append(f"batteries {b.code}: efficiencies are above 0 and at most 1")
        if max(b.now_kwh, b.end_kwh, b.reserve_kwh) > b.capacity_kwh:
            found.append(f"batteries {b.code}: a level above its capacity")
    for v in park.vehicles:
        if not all(0 < share <= 1 for share in (v.charge_efficiency, v.discharge_efficiency)):
            found.append(f"vehicles {v.code}: efficiencies are above 0 and at most 1")
        if max(v.arrival_kwh, v.needed_kwh) > v.capacity_kwh:
            found.append(f"vehicles {v.code}: a level above its capacity")
    windows = [("vehicles", v.code, v.arrival, v.departure) for v in park.vehicles]
    windows += [("shiftables", s.code, s.first, s.last) for s in park.shiftables]
    windows += [("events", e.code, e.first, e.last) for e in park.events]
    found += [
        f"{kind} {code}: its window is not within the {park.steps} steps"
        for kind, code, first, last in windows
        if not 0 <= first < last <= park.steps
    ]
    found += [
        f"curtailables {c.code}: a share is at most 1"
        for c in park.curtailables
        if c.most_share > 1
    ]
    taken = [step for e in park.events for step in range(e.first, e.last)]
    if len(set(taken)) < len(taken):
        found.append("events: two of them in one step")
    return found
