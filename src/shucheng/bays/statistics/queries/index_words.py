"""An index's method in words, step by step, as its definition says and its run found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.bays.statistics.queries.index_definitions import in_language
from shucheng.lib.indexes.definition import (
    Index,
    Indicator,
    Name,
    Node,
    Normalisation,
)

FACTORS: Mapping[str, Promise] = {
    "normalisation": gettext_lazy("Method of normalisation"),
    "weighting": gettext_lazy("Method of weighting"),
    "aggregation": gettext_lazy("Kind of mean"),
    "weights": gettext_lazy("Weights up or down"),
    "data": gettext_lazy("Error of data"),
    "dropped": gettext_lazy("One indicator left out"),
}
METHODS: Mapping[str, Promise] = {
    "as_defined": gettext_lazy("as defined"),
    "min_max": gettext_lazy("min-max"),
    "z_score": gettext_lazy("z-score"),
    "rank": gettext_lazy("rank"),
    "target": gettext_lazy("distance to target"),
    "equal": gettext_lazy("equal weights"),
    "given": gettext_lazy("given weights"),
    "ahp": gettext_lazy("pairwise comparison (AHP)"),
    "entropy": gettext_lazy("entropy"),
    "critic": gettext_lazy("CRITIC"),
    "pca": gettext_lazy("principal components"),
    "arithmetic": gettext_lazy("arithmetic mean"),
    "geometric": gettext_lazy("geometric mean"),
}
MISSING: Mapping[str, Promise] = {
    "mean": gettext_lazy("the mean of the other areas"),
    "median": gettext_lazy("the median of the other areas"),
    "worst": gettext_lazy("the least favourable value of another area"),
    "value": gettext_lazy("the value that the definition gives"),
}


@dataclass(frozen=True, slots=True)
class MethodStep:
    title: str
    lines: tuple[str, ...]


def method(index: Index, result: Mapping[str, Any] | None) -> tuple[MethodStep, ...]:
    """The steps in the order of the OECD/JRC handbook; weights from data are those of a run."""
    return tuple(
        MethodStep(str(title), tuple(lines))
        for title, lines in (
            (_("Values taken"), _values(index)),
            (_("Missing values"), _missing(index)),
            (_("Outliers and logarithms"), _treatment(index)),
            (_("Made comparable"), _normalisation(index)),
            (_("Weighted"), _weights(index, result)),
            (_("Put together"), _means(index)),
            (_("How firm the ranks are"), _study(index, result)),
        )
    )


def _values(index: Index) -> Iterator[str]:
    yield _(
        "%(count)s indicators from the newest known observations of the period; flows are summed"
        " over it, stocks are those at its end."
    ) % {"count": len(index.indicators)}
    down = [one for one in index.indicators if one.direction == "down"]
    if down:
        yield _("Less is better: %(names)s.") % {"names": _listed(down)}


def _missing(index: Index) -> Iterator[str]:
    groups: dict[tuple[str, float], list[Indicator]] = {}
    for one in index.indicators:
        if one.missing.rule != "refuse":
            groups.setdefault((one.missing.rule, one.missing.at_most), []).append(one)
    for (rule, share), found in groups.items():
        yield _(
            "%(names)s: where a value is missing, %(rule)s, for at most %(share)s of the areas."
        ) % {"names": _listed(found), "rule": MISSING[rule], "share": _percent(share)}
    if groups:
        yield _("Of the other indicators every area needs a value; without it nothing is computed.")
    else:
        yield _("Every area needs a value of every indicator; without it nothing is computed.")


def _treatment(index: Index) -> Iterator[str]:
    tails = sorted({one.winsorise for one in index.indicators if one.winsorise})
    for tail in tails:
        found = [one for one in index.indicators if one.winsorise == tail]
        yield _("%(names)s: values beyond the outer %(share)s on each side are drawn in.") % {
            "names": _listed(found),
            "share": _percent(tail),
        }
    logged = [one for one in index.indicators if one.log]
    if logged:
        yield _("%(names)s: the logarithm is taken.") % {"names": _listed(logged)}
    if not tails and not logged:
        yield _("None.")


def _normalisation(index: Index) -> Iterator[str]:
    low, high = index.scale
    yield _("Scale %(low)g to %(high)g, %(rule)s.") % {
        "low": low,
        "high": high,
        "rule": _rule(index.normalisation),
    }
    for one in index.indicators:
        if one.normalisation:
            yield _told(one.name, _rule(one.normalisation))


def span_of(index: Index, one: Indicator, row: list[float]) -> tuple[float, float] | None:
    """Between which treated values an indicator is compared; None where it is not by a range."""
    rule = one.normalisation or index.normalisation
    if rule.bounds:
        low, high = rule.bounds
        return (log(low), log(high)) if one.log else (low, high)
    return (min(row), max(row)) if rule.method == "min_max" else None


def _rule(rule: Normalisation) -> str:
    if rule.bounds:
        return _("fixed bounds %(low)g to %(high)g") % {
            "low": rule.bounds[0],
            "high": rule.bounds[1],
        }
    if rule.method == "target":
        return _("distance to the target %(target)s") % {"target": f"{rule.target or 0:g}"}
    if rule.method == "min_max":
        return _("from the worst area to the best")
    return str(METHODS[rule.method])


def _weights(index: Index, result: Mapping[str, Any] | None) -> Iterator[str]:
    for node in index.tree.nodes():
        words = _told(node.name, str(METHODS[node.weights.method]))
        if result:
            words += _("; %(weights)s") % {"weights": _shares(node, result)}
        if result and node.code in result["consistency"]:
            ratio = result["consistency"][node.code]
            words += _("; consistency ratio %(ratio)s (at most 0.1)") % {"ratio": f"{ratio:.3f}"}
        yield words if node.weights.confirmed else words + _(" (not confirmed)")


def _shares(node: Node, result: Mapping[str, Any]) -> str:
    weights = result["node_weights"][node.code]
    return _comma().join(
        f"{in_language(part.name)} {_percent(weights[part.code])}" for part in node.children
    )


def _means(index: Index) -> Iterator[str]:
    for node in index.tree.nodes():
        if node.aggregation == "geometric":
            yield _(
                "%(name)s: geometric mean; a weak part is made up for by a strong one only in part."
            ) % {"name": in_language(node.name)}
        elif node.penalty:
            yield _("%(name)s: arithmetic mean, less a penalty for imbalance.") % {
                "name": in_language(node.name)
            }
    plain = [n for n in index.tree.nodes() if n.aggregation == "arithmetic" and not n.penalty]
    if plain:
        yield _("Arithmetic mean by weight: %(names)s.") % {
            "names": _comma().join(in_language(node.name) for node in plain)
        }


def _study(index: Index, result: Mapping[str, Any] | None) -> Iterator[str]:
    study = index.uncertainty
    chosen = (
        (FACTORS["normalisation"], study.normalisations),
        (FACTORS["weighting"], study.weightings),
        (FACTORS["aggregation"], study.aggregations),
    )
    for name, choices in chosen:
        if len(choices) > 1:
            yield _told(name, _comma().join(str(METHODS[choice]) for choice in choices))
    if study.weight_spread:
        yield _("Each weight up or down by at most %(share)s.") % {
            "share": _percent(study.weight_spread)
        }
    if study.data_error:
        yield _("Each value with an error of %(share)s (standard deviation).") % {
            "share": _percent(study.data_error)
        }
    if study.drop_one:
        yield _("One indicator left out, or none.")
    if result and result["study"]:
        yield _(
            "%(draws)s combinations drawn (seed %(seed)s); stability is the share of them in which"
            " the rank moves by %(tolerance)s at most."
        ) % {
            "draws": f"{result['study']['draws']:,}",
            "seed": result["study"]["seed"],
            "tolerance": result["study"]["tolerance"],
        }


def _listed(found: list[Indicator]) -> str:
    return _comma().join(in_language(one.name) for one in found)


def _told(name: Name | Promise, what: str) -> str:
    shown = in_language(name) if isinstance(name, Name) else str(name)
    return _("%(name)s: %(what)s") % {"name": shown, "what": what}


def _comma() -> str:
    return _(", ")


def _percent(share: float) -> str:
    return f"{100 * share:.4g}%"
