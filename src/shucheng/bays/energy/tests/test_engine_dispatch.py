"""A park's schedule: the least bill, within every limit; or the limits that stand against one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import strategies as st
from tests.laws import law

from shucheng.bays.energy.engine.dispatch.groups import cuts
from shucheng.bays.energy.engine.dispatch.model import (
    Answer,
    Battery,
    Converter,
    CurtailableLoad,
    Event,
    Feeder,
    Generator,
    Grid,
    Load,
    Park,
    ParkInvalid,
    ShiftableLoad,
    Vehicle,
)
from shucheng.bays.energy.engine.dispatch.parts import stores_of
from shucheng.bays.energy.engine.dispatch.planner import Planner, dispatch
from shucheng.bays.energy.engine.dispatch.simulate import simulate
from shucheng.bays.energy.tests.dispatch_parks import cheapest_by_scipy, random_park

SEEDS = st.integers(0, 10**9)
FLAT = Grid(buy_yuan_per_kwh=1.0, sell_yuan_per_kwh=0.0)
DAY_AND_NIGHT = Grid(buy_yuan_per_kwh=[0.3, 0.3, 1.2, 1.2], sell_yuan_per_kwh=0.1)


def park_of(grid: Grid = FLAT, steps: int = 4, **devices: object) -> Park:
    return Park(steps, 1.0, grid, **devices)


def close(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(1.0, abs(b))


# By hand.


def test_a_battery_buys_at_night_for_the_day() -> None:
    battery = Battery("B", 10, 5, 5, 0, charge_efficiency=0.8, discharge_efficiency=1.0)
    plan = dispatch(park_of(DAY_AND_NIGHT, loads=(Load("L", 4.0),), batteries=(battery,))).schedule
    # 8 kWh by day take 10 by night: 8 x 0.3 of the load itself, and 10 x 0.3.
    assert plan.cost_yuan == pytest.approx(18 * 0.3)
    assert plan.import_kw[2:].sum() == pytest.approx(0)


def test_wear_that_costs_more_than_it_saves_leaves_a_battery_alone() -> None:
    battery = Battery("B", 10, 5, 5, 0, wear_yuan_per_kwh=0.5)
    plan = dispatch(park_of(DAY_AND_NIGHT, loads=(Load("L", 4.0),), batteries=(battery,))).schedule
    assert plan.battery_charge_kw.sum() == pytest.approx(0)


def test_a_reserve_is_left_and_a_level_below_it_climbs() -> None:
    battery = Battery("B", 10, 2, 5, 1, reserve_kwh=4, charge_efficiency=1.0)
    answer = dispatch(park_of(replace(DAY_AND_NIGHT, buy_yuan_per_kwh=2.0), batteries=(battery,)))
    assert answer.schedule.battery_kwh[0] == pytest.approx([3, 4, 4, 4])


def test_the_demand_charge_begins_at_the_peak_so_far() -> None:
    grid = replace(FLAT, demand_yuan_per_kw=40, peak_so_far_kw=7)
    shift = ShiftableLoad("S", 0, 4, 16, 10)
    plan = dispatch(park_of(grid, loads=(Load("L", [6, 0, 0, 0]),), shiftables=(shift,))).schedule
    assert plan.import_kw.max() <= 7 + 1e-6
    assert plan.costs["demand"] == pytest.approx(280)


def test_a_vehicle_has_its_energy_when_it_leaves() -> None:
    car = Vehicle("V", 1, 3, 50, 10, 20, 7, charge_efficiency=1.0)
    plan = dispatch(park_of(DAY_AND_NIGHT, vehicles=(car,))).schedule
    assert plan.vehicle_charge_kw[0] == pytest.approx([0, 7, 3, 0])


def test_carbon_moves_heat_from_gas_to_the_heat_pump() -> None:
    units = (Converter("boiler", 20, 0.9, 0, 0.3, 0.2), Converter("pump", 5, 2.5, -1.0))
    park = park_of(converters=units, heat_kw=np.full(4, 9.0))
    assert dispatch(park).schedule.input_kw[1].sum() == pytest.approx(0, abs=1e-6)
    taxed = replace(park, grid=replace(FLAT, carbon_yuan_per_t=500.0))
    assert dispatch(taxed).schedule.input_kw[1] == pytest.approx(3.6)


def test_an_event_is_kept_while_its_penalty_is_dearer_than_cutting() -> None:
    cut = CurtailableLoad("C", np.full(4, 10.0), 0.5, 2.0)
    event = Event("E", 1, 2, 10, 4, 3.0, 1.9)
    plan = dispatch(park_of(curtailables=(cut,), events=(event,))).schedule
    assert plan.cut_kw[0, 1] == pytest.approx(4)  # saves 1 yuan bought and 1.9 of penalty
    weak = replace(event, penalty_yuan_per_kwh=0.5)
    assert dispatch(park_of(curtailables=(cut,), events=(weak,))).schedule.cut_kw.sum() < 1e-6


def test_sun_that_no_limit_lets_out_is_curtailed() -> None:
    grid = replace(DAY_AND_NIGHT, export_kw=3)
    plan = dispatch(park_of(grid, generators=(Generator("PV", 10.0),), loads=(Load("L", 2.0),)))
    assert plan.schedule.used_kw[0] == pytest.approx(5)


# Against another program, and under inspection.


def inspected(park: Park) -> Answer:
    answer = dispatch(park)
    if answer.schedule is None:
        assert answer.violations
        return answer
    assert simulate(park, answer.schedule).breaches == ()
    assert close(answer.bound_yuan, answer.schedule.cost_yuan)
    return answer


@law(SEEDS, few=100, many=2500)
def test_any_park_costs_what_another_program_finds(seed: int) -> None:
    _agrees(random_park(seed))


@law(SEEDS, few=50, many=2500)
def test_merged_devices_cost_what_each_alone_would(seed: int) -> None:
    park = random_park(seed, alike=True)
    _agrees(park)
    alone = Planner(merge=False).solve(park)
    merged = dispatch(park)
    assert (alone.schedule is None) == (merged.schedule is None)
    if alone.schedule is not None:
        assert close(merged.schedule.cost_yuan, alone.schedule.cost_yuan)


def _agrees(park: Park) -> None:
    answer, cheapest = inspected(park), cheapest_by_scipy(park)
    assert (answer.schedule is None) == (cheapest is None)
    if cheapest is not None:
        assert close(answer.schedule.cost_yuan, cheapest)


@law(SEEDS, st.booleans(), few=100, many=5000)
def test_prices_below_zero_burn_nothing_on_paper(seed: int, alike: bool) -> None:
    inspected(random_park(seed, alike=alike, negative=True))


def test_a_battery_does_not_charge_and_discharge_where_that_would_be_paid() -> None:
    grid = Grid(buy_yuan_per_kwh=[-1.0, -1.0, 0.5], sell_yuan_per_kwh=-1.0)
    battery = Battery("B", 4, 5, 5, 4, end_kwh=4, discharge_efficiency=0.5)
    answer = inspected(park_of(grid, 3, batteries=(battery,), loads=(Load("L", 9.0),)))
    both = np.minimum(answer.schedule.battery_charge_kw, answer.schedule.battery_discharge_kw)
    assert both.max() < 1e-6


# Merging.


def test_batteries_of_all_states_are_one_until_that_fails() -> None:
    batteries = tuple(Battery(f"B{i}", 10, 5, 5, i, wear_yuan_per_kwh=0.01) for i in range(10))
    grid = Grid(buy_yuan_per_kwh=[0.3] * 6 + [1.2] * 2, sell_yuan_per_kwh=0.1)
    park = park_of(grid, 8, loads=(Load("L", 90.0),), batteries=batteries)
    assert inspected(park).columns < Planner(merge=False).solve(park).columns / 4
    # With an hour to charge, and two to sell, they differ: told apart, and as good.
    short = replace(park, grid=replace(grid, buy_yuan_per_kwh=[0.3] + [1.2] * 7))
    assert inspected(short).rounds > 1
    assert close(dispatch(short).bound_yuan, Planner(merge=False).solve(short).bound_yuan)


@law(SEEDS, few=30, many=500)
def test_vehicles_of_one_window_are_divided_unless_a_limit_is_broken(seed: int) -> None:
    """Any filling that breaks no cut can be divided: the theorem that merging rests on."""
    r = np.random.default_rng(seed)
    count, steps = int(r.integers(2, 6)), int(r.integers(2, 6))
    power = r.integers(1, 5, count).astype(float)
    need = power * steps * r.random(count)
    cars = tuple(
        Vehicle(f"V{i}", 0, steps, need[i] + 1e-9, 0, need[i], power[i], charge_efficiency=1.0)
        for i in range(count)
    )
    park = park_of(steps=steps, vehicles=cars)
    stores, own = stores_of(park), np.arange(count)
    wanted = r.dirichlet(np.full(steps, float(r.choice([0.5, 5, 50])))) * need.sum()
    broken = cuts(stores, own, wanted, 1.0)
    # Another way to ask: a grid that gives exactly this, vehicles told apart.
    must = Planner(merge=False).solve(
        replace(park, feeders=(Feeder("F", 0.0, 0.0),), loads=(), generators=(),
                vehicles=tuple(replace(car, feeder="F") for car in cars) )
    )  # fmt: skip
    assert must.schedule is None or need.sum() < 1e-6
    held = replace(
        park,
        feeders=(Feeder("F", 0.0),),
        vehicles=tuple(replace(car, feeder="F") for car in cars),
        generators=(Generator("G", wanted + 1e-6, feeder="F"),),
    )
    divided = Planner(merge=False).solve(held).schedule is not None
    assert divided == (not broken)


# Solving again.


@law(SEEDS, few=40, many=500)
def test_a_change_in_place_is_as_good_as_a_new_start(seed: int) -> None:
    park = random_park(seed)
    planner = Planner()
    planner.solve(park)
    r = np.random.default_rng(seed)
    buy = np.asarray(park.grid.buy_yuan_per_kwh) + 0.1
    changed = replace(
        park,
        grid=replace(park.grid, buy_yuan_per_kwh=buy),
        loads=tuple(
            replace(x, kw=np.asarray(x.kw) * r.uniform(0.9, 1.1, park.steps)) for x in park.loads
        ),
        batteries=tuple(replace(x, now_kwh=x.now_kwh * 0.9) for x in park.batteries),
    )
    again, new = planner.solve(changed), dispatch(changed)
    assert (again.schedule is None) == (new.schedule is None)
    if new.schedule is not None:
        assert close(again.schedule.cost_yuan, new.schedule.cost_yuan)
        assert simulate(changed, again.schedule).breaches == ()


def test_a_new_forecast_changes_the_loaded_program() -> None:
    battery = Battery("B", 10, 5, 5, 0)
    park = park_of(DAY_AND_NIGHT, loads=(Load("L", 4.0),), batteries=(battery,))
    planner = Planner()
    planner.solve(park)
    planner.solve(replace(park, loads=(Load("L", 4.1),)))
    assert planner.solver.updates == 1
    planner.solve(replace(park, batteries=()))
    assert planner.solver.updates == 1


# No schedule.


def test_a_feeder_that_is_too_small_is_named_with_what_is_missing() -> None:
    park = park_of(feeders=(Feeder("F", 5.0),), loads=(Load("L", [4, 8, 4, 4], "F"),))
    answer = dispatch(park)
    assert answer.schedule is None
    (found,) = answer.violations
    assert (found.limit, found.code, found.step, found.unit) == ("feeder import", "F", 1, "kW")
    assert found.amount == pytest.approx(3)


def test_a_vehicle_that_cannot_be_filled_is_named() -> None:
    car = Vehicle("V", 0, 2, 50, 10, 40, 7, charge_efficiency=1.0)
    (found,) = dispatch(park_of(vehicles=(car,))).violations
    assert (found.limit, found.code, found.unit) == ("vehicle energy", "V", "kWh")
    assert found.amount == pytest.approx(16)


def test_an_event_without_a_penalty_is_a_limit() -> None:
    answer = dispatch(park_of(loads=(Load("L", 9.0),), events=(Event("E", 2, 3, 10, 4),)))
    assert [(v.limit, v.code, v.step) for v in answer.violations] == [("event", "E", 2)]
    assert answer.violations[0].amount == pytest.approx(3)


@pytest.mark.parametrize(
    ("grid", "name"),
    [(replace(FLAT, import_kw=3.0), "grid import"), (replace(FLAT, export_kw=0.0), None)],
)
def test_a_grid_limit_is_named(grid: Grid, name: str | None) -> None:
    answer = dispatch(park_of(grid, loads=(Load("L", 5.0),)))
    assert {v.limit for v in answer.violations} == ({name} if name else set())


@law(SEEDS, few=40, many=500)
def test_limits_moved_by_what_was_named_let_a_schedule_be(seed: int) -> None:
    park = random_park(seed)
    park = replace(park, grid=replace(park.grid, import_kw=25.0))
    answer = dispatch(park)
    if answer.schedule is not None:
        return
    slack = {(v.limit, v.code): 0.0 for v in answer.violations}
    for v in answer.violations:
        slack[v.limit, v.code] = max(slack[v.limit, v.code], v.amount + 1e-4)

    def more(limit: str, code: str) -> float:
        return slack.get((limit, code), 0.0)

    eased = replace(
        park,
        grid=replace(
            park.grid,
            import_kw=park.grid.import_kw + more("grid import", ""),
            export_kw=park.grid.export_kw + more("grid export", ""),
        ),
        feeders=tuple(
            Feeder(
                f.code,
                f.import_kw + more("feeder import", f.code),
                f.export_kw + more("feeder export", f.code),
            )
            for f in park.feeders
        ),
        events=tuple(
            replace(e, commitment_kw=e.commitment_kw - more("event", e.code))
            if more("event", e.code) <= e.commitment_kw
            else replace(e, baseline_kw=e.baseline_kw + more("event", e.code))
            for e in park.events
        ),
        batteries=tuple(
            replace(b, end_kwh=max(0, b.end_kwh - more("battery end", b.code)))
            for b in park.batteries
        ),
        vehicles=tuple(
            replace(v, needed_kwh=max(0, v.needed_kwh - more("vehicle energy", v.code)))
            for v in park.vehicles
        ),
        shiftables=tuple(
            replace(s, energy_kwh=max(0, s.energy_kwh - more("shiftable energy", s.code)))
            for s in park.shiftables
        ),
        heat_kw=None
        if park.heat_kw is None
        else np.maximum(0, np.asarray(park.heat_kw) - more("heat", "")),
    )  # fmt: skip
    assert dispatch(eased).schedule is not None


# What is described wrongly, and what the inspector sees.


@pytest.mark.parametrize(
    ("devices", "told"),
    [
        ({"loads": (Load("L", [1.0, 2.0]),)}, "kw is no such figure for 4 steps"),
        ({"loads": (Load("L", float("nan")),)}, "kw is no such figure"),
        ({"loads": (Load("L", 1.0, "X"),)}, "no feeder X"),
        ({"batteries": (Battery("B", 10, 5, 5, 11),)}, "above its capacity"),
        ({"batteries": (Battery("B", 10, 5, 5, 1),) * 2}, "twice"),
        ({"batteries": (Battery("B", 10, -5, 5, 1),)}, "charge_kw is no such figure"),
        ({"vehicles": (Vehicle("V", 3, 3, 10, 1, 2, 7),)}, "its window is not within"),
        ({"grid": replace(FLAT, sell_yuan_per_kwh=1.1)}, "bought without end"),
    ],
)
def test_a_park_that_is_described_wrongly_is_refused(devices: dict[str, object], told: str) -> None:
    with pytest.raises(ParkInvalid, match=told):
        dispatch(park_of(**devices))


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("battery_charge_kw", "battery"),
        ("vehicle_charge_kw", "vehicle"),
        ("shiftable_kw", "shiftable"),
        ("used_kw", "generation"),
        ("import_kw", "energy conserved"),
    ],
)
def test_the_inspector_sees_a_schedule_that_was_touched(name: str, what: str) -> None:
    park = park_of(
        DAY_AND_NIGHT,
        batteries=(Battery("B", 10, 5, 5, 0),),
        vehicles=(Vehicle("V", 0, 4, 50, 10, 20, 7),),
        shiftables=(ShiftableLoad("S", 0, 4, 8, 4),),
        generators=(Generator("G", 1.0),),
        loads=(Load("L", 5.0),),
    )
    plan = dispatch(park).schedule
    assert plan is not None
    assert simulate(park, plan).breaches == ()
    touched = replace(plan, **{name: getattr(plan, name) + 0.5})
    breaches = simulate(park, touched).breaches
    assert any(each.what.startswith(what) for each in breaches)
    billed = replace(plan, costs=plan.costs | {"bought": 0.0})
    assert [each.what for each in simulate(park, billed).breaches] == ["money conserved"]
