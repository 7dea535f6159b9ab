"""What must hold between the entries of a pack: codes, references, units, how values add up."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from shucheng.lib import units
from shucheng.lib.periods import Period, PeriodInvalid
from shucheng.plan.city.model import AnnexRow, Binding, CityPack, Metric, Organisation, Problem
from shucheng.plan.city.reporting import check_reporting
from shucheng.plan.formula.errors import FormulaInvalid
from shucheng.plan.formula.model import readings
from shucheng.plan.formula.parse import parse
from shucheng.plan.formula.proof import MetricFacts, prove

_CODE = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*", re.ASCII)
_AREA_CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", re.ASCII)
_METRIC_CODE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def check_pack(pack: CityPack) -> Iterator[Problem]:
    """Every broken rule between the entries of a pack whose fields are well formed."""
    yield from _city(pack)
    yield from _organisations(pack)
    yield from _areas(pack)
    yield from _metrics(pack)
    yield from _bindings(pack)
    yield from _simulation(pack)
    asked = {each.code: (each.owner, each.frequency) for each in pack.metrics}
    yield from check_reporting(pack.reporting, asked)


def _city(pack: CityPack) -> Iterator[Problem]:
    file, codes = "city.toml", {each.code for each in pack.organisations}
    if not _CODE.fullmatch(pack.city.code):
        yield Problem(file, "[city]", f"code {pack.city.code!r} is no code.", _CODE_HINT)
    if pack.plan.office:
        yield from _unknown(file, "[plan]", "office", pack.plan.office, codes)
    if not pack.areas:
        yield Problem("areas.toml", "", "there is no area.", "Add at least the city itself.")
    elif pack.city.adcode and pack.city.adcode not in {each.code for each in pack.areas}:
        yield Problem(
            file,
            "[city]",
            f"adcode {pack.city.adcode!r} is not among the areas.",
            "Add the city itself to areas.toml.",
        )


def _organisations(pack: CityPack) -> Iterator[Problem]:
    file, known = "organisations.toml", {each.code for each in pack.organisations}
    areas = {each.code for each in pack.areas}
    yield from _codes(file, "organisation", [each.code for each in pack.organisations])
    owners: dict[str, Organisation] = {}
    for each in pack.organisations:
        entry = _entry("organisation", each.code)
        if each.parent:
            yield from _unknown(file, entry, "parent", each.parent, known)
        if each.area:
            yield from _unknown(file, entry, "area", each.area, areas)
        for name in each.names:
            other = owners.setdefault(name, each)
            if other is not each:
                yield Problem(
                    file,
                    entry,
                    f"the name {name!r} belongs to {other.code!r} already.",
                    "A name leads to one organisation: take it out of one of them.",
                )
    parents = {each.code: each.parent for each in pack.organisations}
    yield from _circles(file, "organisation", parents)


def _areas(pack: CityPack) -> Iterator[Problem]:
    file, known = "areas.toml", {each.code for each in pack.areas}
    yield from _codes(file, "area", [each.code for each in pack.areas], _AREA_CODE)
    for each in pack.areas:
        entry = _entry("area", each.code)
        if each.parent:
            yield from _unknown(file, entry, "parent", each.parent, known)
        if each.outline and not re.fullmatch(r"\d{6}", each.code, re.ASCII):
            yield Problem(
                file,
                entry,
                "an outline is found by a six-digit code.",
                "Write the GB/T 2260 code, or outline = false.",
            )
    yield from _circles(file, "area", {each.code: each.parent for each in pack.areas})


def _metrics(pack: CityPack) -> Iterator[Problem]:
    file, known = "metrics.toml", {each.code for each in pack.metrics}
    organisations = {each.code for each in pack.organisations}
    yield from _codes(file, "metric", [each.code for each in pack.metrics], _METRIC_CODE)
    for each in pack.metrics:
        entry = _entry("metric", each.code)
        yield from _unknown(file, entry, "owner", each.owner, organisations)
        if each.weight:
            yield from _unknown(file, entry, "weight", each.weight, known)
        if not units.known(each.unit):
            yield Problem(file, entry, f"unit {each.unit!r} is not known.", _UNIT_HINT)
        for message, hint in _adding_up(each):
            yield Problem(file, entry, message, hint)
        if each.origin == "bay" and not each.figure:
            hint = 'Write figure = "statistics.core_firms", or what else the bay measures.'
            yield Problem(file, entry, "nothing says which figure of a bay it is.", hint)


def _adding_up(metric: Metric) -> Iterator[tuple[str, str]]:
    if metric.measure == "flow" and metric.over_time != "sum":
        yield "a flow adds up over time.", 'Write over_time = "sum", or another measure.'
    if metric.measure != "flow" and metric.over_time == "sum":
        yield (
            f"a {metric.measure} does not add up over time.",
            'Write over_time = "last" or "mean".',
        )
    if metric.measure in ("rate", "index") and metric.over_areas == "sum":
        yield f"a {metric.measure} does not add up over areas.", 'Write "weighted" or "none".'
    if (metric.over_areas == "weighted") != (metric.weight is not None):
        yield (
            "over_areas and weight do not agree.",
            'Write over_areas = "weighted" with weight = the metric that weighs, or neither.',
        )


def _bindings(pack: CityPack) -> Iterator[Problem]:
    file, metrics = "bindings.toml", {each.code: each for each in pack.metrics}
    organisations = {each.code for each in pack.organisations}
    yield from _codes(file, "binding", [each.code for each in pack.bindings])
    rows: dict[AnnexRow, str] = {}
    for each in pack.bindings:
        entry = _entry("binding", each.code)
        for code in each.lead:
            yield from _unknown(file, entry, "lead", code, organisations)
        symbols = {each.unit, *(clause.unit for clause in each.targets)}
        strange = sorted(symbol for symbol in symbols if not units.known(symbol))
        if strange:
            yield Problem(file, entry, f"unit {strange[0]!r} is not known.", _UNIT_HINT)
        else:
            yield from _binding_units(file, entry, each)
        yield from _formula(file, entry, each, metrics)
        row = each.indicator
        if row and rows.setdefault(row, each.code) != each.code:
            yield Problem(
                file,
                entry,
                f"annex row {row.no} {row.name} is answered by {rows[row]!r} too.",
                "One binding answers a row.",
            )


def _binding_units(file: str, entry: str, binding: Binding) -> Iterator[Problem]:
    for clause in binding.targets:
        if not units.compatible(clause.unit, binding.unit):
            yield Problem(
                file,
                entry,
                f"the target {clause.subjects[0]!r} is in {clause.unit!r}, "
                f"the binding in {binding.unit!r}.",
                "Bind it to an indicator of its own, or correct the unit.",
            )


def _formula(
    file: str, entry: str, binding: Binding, metrics: Mapping[str, Metric]
) -> Iterator[Problem]:
    """The formula must be computable from the pack's metrics and give the binding's unit."""
    facts = {
        code: MetricFacts(
            code,
            metric.unit,
            metric.frequency,
            measure=metric.measure,
            over_time=metric.over_time,
            over_areas=metric.over_areas,
        )
        for code, metric in metrics.items()
        if units.known(metric.unit)
    }
    try:
        names = [reading.metric for reading in readings(parse(binding.formula))]
        unknown = [name for name in names if name not in metrics]
        for name in unknown:
            yield from _unknown(file, entry, "formula", name, metrics)
        if not unknown and units.known(binding.unit) and set(names) <= set(facts):
            prove(binding.formula, facts, unit=binding.unit)
    except FormulaInvalid as error:
        yield Problem(file, entry, f"formula {binding.formula!r}: {error.message}", error.hint)


def _simulation(pack: CityPack) -> Iterator[Problem]:
    if not pack.simulation:
        return
    file, known = "simulation.toml", {each.code for each in pack.metrics}
    try:
        Period.parse(pack.simulation.first)
    except PeriodInvalid as error:
        yield Problem(file, "[simulation]", f"first: {error}.", "")
    for code, number in Counter(each.metric for each in pack.simulation.series).items():
        entry = _entry("series", code)
        yield from _unknown(file, entry, "metric", code, known)
        if number > 1:
            yield Problem(file, entry, f"stands there {number} times.", "Keep one.")
    areas = {each.code: each for each in pack.areas}
    for code, number in Counter(each.area for each in pack.simulation.shares).items():
        entry = _entry("share", code)
        yield from _unknown(file, entry, "area", code, areas)
        if number > 1:
            yield Problem(file, entry, f"stands there {number} times.", "Keep one.")
        if code in areas and areas[code].kind in {"province", "city"}:
            hint = "Name the counties and zones that it is divided among."
            yield Problem(file, entry, "the city itself has no share.", hint)
    if firms := pack.simulation.firms:
        given = {each.metric for each in pack.simulation.series}
        for field in ("core_revenue", "core_value_added"):
            if metric := getattr(firms, field):
                yield from _unknown(file, "[firms]", field, metric, given)
        if not pack.simulation.shares:
            hint = "Add [[share]] entries: firms are somewhere."
            yield Problem(file, "[firms]", "there is no area for them.", hint)


_CODE_HINT = "Write small letters, digits and hyphens, beginning with a letter."
_UNIT_HINT = 'Write a unit such as 亿元, 家, 个, %, 万千瓦时; an index has the unit "".'


def _entry(name: str, code: str) -> str:
    return f"{name} {code!r}"


def _codes(
    file: str, name: str, codes: Sequence[str], form: re.Pattern[str] = _CODE
) -> Iterator[Problem]:
    for code, number in Counter(codes).items():
        if number > 1:
            yield Problem(
                file, _entry(name, code), f"stands there {number} times.", "A code is unique."
            )
        if not form.fullmatch(code):
            hint = _CODE_HINT if form is not _METRIC_CODE else _CODE_HINT.replace("hyphens", "_")
            yield Problem(file, _entry(name, code), "its code is not well formed.", hint)


def _unknown(
    file: str, entry: str, field: str, code: str, known: Iterable[str]
) -> Iterator[Problem]:
    known = list(known)
    if code in known:
        return
    close = difflib.get_close_matches(code, known, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else "Add it, or correct the code."
    yield Problem(file, entry, f"{field} names {code!r}, which is not there.", hint)


def _circles(file: str, name: str, parents: Mapping[str, str | None]) -> Iterator[Problem]:
    for code in parents:
        seen, current = {code}, parents[code]
        while current is not None and current not in seen:
            seen.add(current)
            current = parents.get(current)
        if current == code:
            yield Problem(
                file, _entry(name, code), "is its own ancestor.", "Correct the field parent."
            )
