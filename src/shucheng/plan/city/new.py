"""A new city's pack, written from its compiled plan; `DECIDE.md` lists what is left to a person."""

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shucheng.plan.city import toml_text as toml
from shucheng.plan.city.deciding import decide_text
from shucheng.plan.city.finding import areas_of, city_of, organisations_of
from shucheng.plan.city.model import Area, Binding, CityPack, Metric, Organisation
from shucheng.plan.city.pack import read_pack
from shucheng.plan.city.proposing import Decision, Leads, propose
from shucheng.plan.city.resolving import Unresolved, resolve_bindings
from shucheng.plan.compiler.model import CompiledPlan, Indicator, Target
from shucheng.plan.compiler.organisations.names import canonical

NOTES = {
    "city.toml": "城市、计划和平台的名称。各项的意思见 cities/README.zh-CN.md。",
    "organisations.toml": "计划点到的单位:简称、全称、别名、类别、区域。类别、全称是推定的。",
    "areas.toml": "行政区域,代码是国家标准 GB/T 2260;功能区没有这种代码,也没有地图轮廓。",
    "metrics.toml": "数据项:要报送的数。口径待确认的标 unconfirmed = true,确认后删去这一行。",
    "bindings.toml": "指标:用数据项算出来的数,以及它回答计划里的哪一项。",
}


class PackExists(ValueError):
    """The folder for a new pack is there already and is not overwritten."""

    code = "pack-exists"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.name} is there already; choose another name, or delete the folder first"
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class NewPack:
    """The pack as read back, what a person must decide, and what of the plan it does not answer."""

    pack: CityPack
    decisions: tuple[Decision, ...]
    unresolved: tuple[Unresolved, ...]


def new_city_pack(
    name: str, compiled: CompiledPlan, text: str, out_dir: Path, adcode: str | None = None
) -> NewPack:
    """Write the pack of a city from its plan to the folder `out_dir/name`, and read it back.

    `name` is the city's code (small letters, digits, hyphens), `text` the plan's text; `adcode`
    is needed only where title and issuer do not name the city. Raises `PackExists`, `ValueError`
    for a bad name or adcode. Nothing is left behind when it fails.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", name, re.ASCII):
        raise ValueError(f"{name!r} is no code: write small letters, digits and hyphens")
    folder = out_dir / name
    if folder.exists():
        raise PackExists(folder)
    city_name, known = city_of(compiled, adcode)
    areas = areas_of(name, city_name, known)
    organisations = organisations_of(compiled, city_name, areas)
    areas += _zones(areas[0].code, organisations)
    organisations = [_settled(each, areas) for each in organisations]
    office = _office(organisations)
    leads = _leads(compiled, organisations, city_name)
    proposals = propose(compiled, leads, office, by_area=len(areas) > 1)
    files = {
        "city.toml": _city_text(name, city_name, known is not None, areas, compiled, office),
        "organisations.toml": toml.entries("organisation", map(_organisation_row, organisations)),
        "areas.toml": toml.entries("area", map(_area_row, areas)),
        "metrics.toml": toml.entries("metric", map(_metric_row, proposals.metrics)),
        "bindings.toml": toml.entries("binding", map(_binding_row, proposals.bindings)),
    }
    partial = out_dir / f".{name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for file, body in files.items():
            _write(partial / file, toml.file_text(NOTES[file], body))
        _write(partial / "plan.txt", text)
        _, unresolved = resolve_bindings(read_pack(partial).bindings, compiled)
        decide = decide_text(
            city_name, known is not None, areas, organisations, proposals, unresolved
        )
        _write(partial / "DECIDE.md", decide)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return NewPack(read_pack(folder), tuple(proposals.decisions), unresolved)


def _write(path: Path, text: str) -> None:
    # newline="": the plan's own line ends stay, so that spans keep their place.
    path.write_text(text, encoding="utf-8", newline="")


def _zones(city: str, organisations: Sequence[Organisation]) -> list[Area]:
    zones = dict.fromkeys(_zone_name(each) for each in organisations if _is_zone(each))
    return [
        Area(f"{city}-z{number}", name, "", "functional_zone", city, False)
        for number, name in enumerate(zones, 1)
    ]


def _is_zone(organisation: Organisation) -> bool:
    return organisation.kind == "functional_zone"


def _zone_name(organisation: Organisation) -> str:
    return re.sub(r"(?:党工委|管委会|管理委员会)$", "", organisation.name)


def _settled(organisation: Organisation, areas: Iterable[Area]) -> Organisation:
    """A functional zone's organisation sits in the area of its own name."""
    zones = {area.name: area.code for area in areas if area.kind == "functional_zone"}
    if not _is_zone(organisation):
        return organisation
    return replace(organisation, area=zones[_zone_name(organisation)])


def _office(organisations: Sequence[Organisation]) -> str:
    codes = [each.code for each in organisations]
    usual = ("data", "industry", "development-reform", "government-office")
    departments = [each.code for each in organisations if each.kind == "department"]
    return next((code for code in usual if code in codes), (departments or codes)[0])


def _leads(compiled: CompiledPlan, organisations: Sequence[Organisation], place: str) -> Leads:
    """Who answers for a row or target: its lead column, else the task or work point around it."""
    codes: dict[str, str] = {}
    for each in organisations:
        for name in each.names:
            codes.setdefault(name, each.code)
            codes.setdefault(canonical(name, place), each.code)
    of_target = {ref: point.lead for point in compiled.work_points for ref in point.targets}

    def leads(source: Indicator | Target) -> list[str]:
        if isinstance(source, Indicator):
            names = source.lead
        else:
            names = of_target.get(source.id) or next(
                (
                    task.lead or task.responsible[:1]
                    for task in compiled.tasks
                    if task.span[0] <= source.span[0] < task.span[1]
                ),
                (),
            )
        found = (codes.get(name) or codes.get(canonical(name, place)) for name in names)
        return list(dict.fromkeys(code for code in found if code))

    return leads


def _city_text(
    name: str,
    city_name: str,
    has_code: bool,
    areas: Sequence[Area],
    compiled: CompiledPlan,
    office: str,
) -> str:
    start, end = _years(compiled)
    city = {
        "code": name,
        "name": city_name,
        "name_en": name.replace("-", " ").title(),
        "adcode": areas[0].code if has_code else None,
        "language": "zh-hans",
        "title": f"{city_name}行动计划运行监测平台",
        "title_en": f"{name.replace('-', ' ').title()} Plan Programme",
        "map_approval": "",
    }
    plan = {
        "title": compiled.title or city_name,
        "start": start,
        "end": end,
        "file": "plan.txt",
        "office": office,
    }
    return toml.section("city", city) + "\n" + toml.section("plan", plan)


def _years(compiled: CompiledPlan) -> tuple[int, int]:
    if compiled.period:
        return compiled.period.start, compiled.period.end
    years = [target.year for target in compiled.targets if target.year]
    years += [int(year) for indicator in compiled.indicators for year in indicator.targets]
    if compiled.published:
        years.append(int(compiled.published[:4]))
    if not years:
        raise ValueError("the plan names no year, so its period is unknown; is this a plan?")
    return min(years), max(years)


def _organisation_row(each: Organisation) -> dict[str, Any]:
    return {
        "code": each.code,
        "name": each.name,
        "full_name": each.full_name if each.full_name != each.name else None,
        "aliases": each.aliases,
        "kind": each.kind,
        "parent": each.parent,
        "area": each.area,
    }


def _area_row(each: Area) -> dict[str, Any]:
    return {
        "code": each.code,
        "name": each.name,
        "kind": each.kind,
        "parent": each.parent,
        "outline": each.outline,
    }


def _metric_row(each: Metric) -> dict[str, Any]:
    return {
        "code": each.code,
        "name": each.name,
        "unit": each.unit,
        "measure": each.measure,
        "frequency": each.frequency,
        "over_areas": each.over_areas,
        "over_time": each.over_time,
        "owner": each.owner,
        "origin": each.origin,
        "by_area": each.by_area,
        "definition": each.definition,
        "unconfirmed": each.unconfirmed,
    }


def _binding_row(each: Binding) -> dict[str, Any]:
    return {
        "code": each.code,
        "name": each.name,
        "formula": each.formula,
        "unit": each.unit,
        "direction": each.direction,
        "lead": each.lead,
        "clause": each.clause,
        "indicator": {"no": each.indicator.no, "name": each.indicator.name}
        if each.indicator
        else None,
        "targets": [
            {"subject": clause.subjects, "unit": clause.unit, "kind": clause.kind}
            for clause in each.targets
        ],
    }
