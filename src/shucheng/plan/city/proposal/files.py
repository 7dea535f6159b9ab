"""The files of a proposed pack as text; `city/pack.py` reads them back."""

from collections.abc import Iterable
from typing import Any

from shucheng.plan.city.model import Binding, Organisation
from shucheng.plan.city.proposal import toml_text as toml
from shucheng.plan.city.proposal.metrics import Proposals
from shucheng.plan.city.proposal.place import ProposedPlace
from shucheng.plan.compiler.model import CompiledPlan

_NOTES = {
    "city.toml": "城市、计划和平台的名称。各项的意思见 cities/README.zh-CN.md。",
    "organisations.toml": "计划点到的单位:简称、全称、别名、类别、区域。类别、全称是推定的。",
    "areas.toml": "行政区域,代码是国家标准 GB/T 2260;功能区没有这种代码,也没有地图轮廓。",
    "metrics.toml": "数据项:要报送的数。口径待确认的标 unconfirmed = true,确认后删去这一行。",
    "bindings.toml": "指标:用数据项算出来的数,以及它回答计划里的哪一项。",
}
# The fields of each entry in the order a person reads them.
_ORGANISATION = ("code", "name", "full_name", "aliases", "kind", "parent", "area")
_AREA = ("code", "name", "kind", "parent", "outline")
_METRIC = (
    *("code", "name", "unit", "measure", "frequency", "over_areas", "over_time", "owner"),
    *("origin", "by_area", "definition", "unconfirmed"),
)
_BINDING = ("code", "name", "formula", "unit", "direction", "lead", "clause")


def pack_files(
    code: str, compiled: CompiledPlan, place: ProposedPlace, proposals: Proposals
) -> dict[str, str]:
    """Each TOML file of the pack by its name. Raises `ValueError` where the plan has no year."""
    bodies = {
        "city.toml": _city_text(code, compiled, place),
        "organisations.toml": toml.entries(
            "organisation", map(_organisation_row, place.organisations)
        ),
        "areas.toml": toml.entries("area", (_row(each, _AREA) for each in place.areas)),
        "metrics.toml": toml.entries("metric", (_row(each, _METRIC) for each in proposals.metrics)),
        "bindings.toml": toml.entries("binding", map(_binding_row, proposals.bindings)),
    }
    return {file: toml.file_text(_NOTES[file], body) for file, body in bodies.items()}


def _city_text(code: str, compiled: CompiledPlan, place: ProposedPlace) -> str:
    start, end = _years(compiled)
    name_en = code.replace("-", " ").title()
    city = {
        "code": code,
        "name": place.name,
        "name_en": name_en,
        "adcode": place.areas[0].code if place.has_code else None,
        "language": "zh-hans",
        "title": f"{place.name}行动计划运行监测平台",
        "title_en": f"{name_en} Plan Programme",
        "map_approval": "",
    }
    plan = {
        "title": compiled.title or place.name,
        "start": start,
        "end": end,
        "file": "plan.txt",
        "office": place.office,
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


def _row(entry: object, fields: Iterable[str]) -> dict[str, Any]:
    return {field: getattr(entry, field) for field in fields}


def _organisation_row(each: Organisation) -> dict[str, Any]:
    row = _row(each, _ORGANISATION)
    return row if each.full_name != each.name else row | {"full_name": None}


def _binding_row(each: Binding) -> dict[str, Any]:
    return _row(each, _BINDING) | {
        "indicator": each.indicator and _row(each.indicator, ("no", "name")),
        "targets": [
            {"subject": clause.subjects, "unit": clause.unit, "kind": clause.kind}
            for clause in each.targets
        ],
    }
