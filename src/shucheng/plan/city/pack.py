"""Reading a city pack: its small files in, one checked `CityPack` out."""

from pathlib import Path
from typing import Any, get_args

from shucheng.plan.city import model
from shucheng.plan.city.checks import check_pack
from shucheng.plan.city.entries import Entry, read_entries, read_section, read_toml
from shucheng.plan.city.model import CityPack, PackInvalid, Problem
from shucheng.plan.city.reporting import read_reporting

LANGUAGES = ("zh-hans", "en")
_MOST_FIRMS = 1_000_000


def read_pack(path: Path) -> CityPack:
    """Read the pack in a folder and check every cross reference.

    Raises `PackInvalid` with everything that is wrong: file, entry, reason, next step.
    """
    problems: list[Problem] = []
    if not path.is_dir():
        problem = Problem(path.name, "", "is not a folder.", "Name the folder of a city pack.")
        raise PackInvalid(path, (problem,))
    tables = read_toml(path / "city.toml", problems)
    pack = CityPack(
        path=path,
        city=_city(read_section(path / "city.toml", "city", problems, tables)),
        plan=_plan(read_section(path / "city.toml", "plan", problems, tables), path),
        organisations=tuple(map(_organisation, _entries(path, "organisation", problems))),
        areas=tuple(map(_area, _entries(path, "area", problems))),
        metrics=tuple(map(_metric, _entries(path, "metric", problems))),
        bindings=tuple(map(_binding, _entries(path, "binding", problems))),
        simulation=_simulation(path / "simulation.toml", problems),
        reporting=read_reporting(path / "reporting.toml", problems),
    )
    # References are followed only in a pack whose entries could be read: an entry that lost its
    # code would make every reference to it look wrong.
    if not problems:
        problems.extend(check_pack(pack))
    if problems:
        raise PackInvalid(path, tuple(problems))
    return pack


def _entries(path: Path, name: str, problems: list[Problem]) -> list[Entry]:
    file = path / f"{name}s.toml"
    return read_entries(file, name, problems, read_toml(file, problems))


def _city(entry: Entry) -> model.City:
    name = entry.text("name")
    city = model.City(
        code=entry.text("code"),
        name=name,
        name_en=entry.text("name_en"),
        adcode=entry.optional("adcode"),
        language=entry.choice("language", LANGUAGES, "zh-hans"),
        title=entry.text("title", name),
        title_en=entry.text("title_en", ""),
        map_approval=entry.text("map_approval", ""),
    )
    entry.done()
    return city


def _plan(entry: Entry, path: Path) -> model.PlanReference:
    file = entry.optional("file")
    plan = model.PlanReference(
        title=entry.text("title"),
        start=entry.integer("start"),
        end=entry.integer("end"),
        file=path / file if file else None,
        office=entry.optional("office"),
    )
    if plan.start > plan.end:
        entry.problem(f"the plan ends ({plan.end}) before it starts ({plan.start}).")
    if file and not _lies_in(path, file):
        entry.problem(f"file {file!r} is not in the pack.", "Put the plan's text beside city.toml.")
    entry.done()
    return plan


def _lies_in(folder: Path, file: str) -> bool:
    target = (folder / file).resolve()
    return target.is_relative_to(folder.resolve()) and target.is_file()


def _organisation(entry: Entry) -> model.Organisation:
    name = entry.text("name")
    organisation = model.Organisation(
        code=entry.text("code"),
        name=name,
        full_name=entry.text("full_name", name),
        aliases=entry.texts("aliases"),
        kind=entry.choice("kind", _words(model.OrganisationKind)),
        parent=entry.optional("parent"),
        area=entry.optional("area"),
        note=entry.text("note", ""),
    )
    entry.done()
    return organisation


def _area(entry: Entry) -> model.Area:
    area = model.Area(
        code=entry.text("code"),
        name=entry.text("name"),
        name_en=entry.text("name_en", ""),
        kind=entry.choice("kind", _words(model.AreaKind)),
        parent=entry.optional("parent"),
        outline=entry.flag("outline"),
    )
    entry.done()
    return area


def _metric(entry: Entry) -> model.Metric:
    metric = model.Metric(
        code=entry.text("code"),
        name=entry.text("name"),
        name_en=entry.text("name_en", ""),
        unit=entry.text("unit", ""),
        measure=entry.choice("measure", _words(model.Measure)),
        frequency=entry.choice("frequency", _words(model.MetricFrequency)),
        over_areas=entry.choice("over_areas", _words(model.OverAreas)),
        over_time=entry.choice("over_time", _words(model.OverTime)),
        weight=entry.optional("weight"),
        definition=entry.text("definition"),
        owner=entry.text("owner"),
        origin=entry.choice("origin", _words(model.Origin), "reported"),
        figure=entry.text("figure", ""),
        by_area=entry.flag("by_area"),
        unconfirmed=entry.flag("unconfirmed"),
    )
    entry.done()
    return metric


def _binding(entry: Entry) -> model.Binding:
    row = entry.table("indicator")
    binding = model.Binding(
        code=entry.text("code"),
        name=entry.text("name"),
        name_en=entry.text("name_en", ""),
        formula=entry.text("formula"),
        unit=entry.text("unit", ""),
        direction=entry.choice("direction", _words(model.Direction), "up"),
        lead=entry.texts("lead"),
        clause=entry.text("clause", ""),
        indicator=_annex_row(row) if row else None,
        targets=tuple(map(_target_clause, entry.tables("targets"))),
        note=entry.text("note", ""),
    )
    if not binding.indicator and not binding.targets:
        entry.problem(
            "it answers nothing in the plan.", "Add indicator = { ... } or targets = [{ ... }]."
        )
    entry.done()
    return binding


def _annex_row(entry: Entry) -> model.AnnexRow:
    row = model.AnnexRow(no=entry.integer("no"), name=entry.text("name"))
    entry.done()
    return row


def _target_clause(entry: Entry) -> model.TargetClause:
    clause = model.TargetClause(
        subjects=entry.texts("subject"),
        unit=entry.text("unit", ""),
        year=entry.optional_integer("year"),
        kind=entry.choice("kind", _words(model.TargetSort), "level"),
    )
    if not clause.subjects:
        entry.problem("'subject' is missing.", "Write what the plan's sentence measures.")
    entry.done()
    return clause


def _simulation(path: Path, problems: list[Problem]) -> model.Simulation | None:
    if not path.exists():
        return None
    tables = read_toml(path, problems)
    settings = read_section(path, "simulation", problems, tables)
    others = {"simulation", "share", "firms"}
    rows = {name: value for name, value in tables.items() if name not in others}
    shares = {name: value for name, value in tables.items() if name == "share"}
    simulation = model.Simulation(
        seed=settings.integer("seed"),
        first=settings.text("first"),
        series=tuple(map(_series, read_entries(path, "series", problems, rows, "metric"))),
        shares=tuple(map(_share, read_entries(path, "share", problems, shares, "area"))),
        firms=_firms(read_section(path, "firms", problems, tables)) if "firms" in tables else None,
    )
    settings.done()
    return simulation


def _series(entry: Entry) -> model.Series:
    series = model.Series(
        metric=entry.text("metric"),
        start=entry.number("start"),
        growth=entry.number("growth", "0"),
        noise=entry.number("noise", "0"),
        lag_days=entry.integer("lag_days", 0),
        late_days=entry.integer("late_days", 0),
        settled_days=entry.integer("settled_days", 0),
    )
    if series.noise < 0 or min(series.lag_days, series.late_days, series.settled_days) < 0:
        entry.problem("noise, lag_days, late_days and settled_days cannot be negative.")
    entry.done()
    return series


def _share(entry: Entry) -> model.Share:
    share = model.Share(
        area=entry.text("area"),
        weight=entry.number("weight"),
        late_days=entry.integer("late_days", 0),
    )
    if share.weight <= 0 or share.late_days < 0:
        entry.problem("weight must be above zero, late_days not below.")
    entry.done()
    return share


def _firms(entry: Entry) -> model.SimulatedFirms:
    firms = model.SimulatedFirms(
        count=entry.integer("count"),
        core_revenue=entry.optional("core_revenue"),
        core_value_added=entry.optional("core_value_added"),
    )
    if not 0 < firms.count <= _MOST_FIRMS:
        entry.problem(f"count must be from 1 to {_MOST_FIRMS}.")
    entry.done()
    return firms


def _words(literal: Any) -> tuple[Any, ...]:
    return get_args(literal)
