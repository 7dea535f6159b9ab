"""What a right, a product or an offer is limited in: the values to choose among, and in words."""

from collections.abc import Iterable, Mapping

from shucheng.bays.data.engine.authority.book import Rights
from shucheng.bays.data.queries.book import rights
from shucheng.bays.data.queries.market_words import MODES, PURPOSES
from shucheng.bays.data.queries.refusals import VALUES, named
from shucheng.kernel.public import Area, Organisation

Limits = Mapping[str, Iterable[str]]
Choice = tuple[str, str]  # code and words


def choices() -> dict[str, list[Choice]]:
    """By dimension. One that is missing here is words of one's own (应用场景, 数据项)."""
    company = Organisation.Kind.COMPANY
    parties = sorted(Organisation.objects.all(), key=lambda each: each.kind != company)
    return {
        "purpose": [(code, str(name)) for code, name in PURPOSES.items()],
        "mode": [(code, str(name)) for code, name in MODES.items()],
        "region": [(each.code, each.label) for each in Area.objects.all()],
        "recipient": [(each.code, each.label) for each in parties],
    }


def names_of_values(*limits: Limits) -> dict[str, str]:
    """Regions and recipients by their codes, with two questions for however many limits."""
    places = {code for each in limits for code in each.get("region", ())}
    parties = {code for each in limits for code in each.get("recipient", ())}
    names: dict[str, str] = {}
    for model, codes in ((Area, places), (Organisation, parties)):
        if codes:
            names |= {each.code: each.label for each in model.objects.filter(code__in=codes)}
    return names


def limits_in_words(
    limits: Limits, names: Mapping[str, str] | None = None, told: Rights | None = None
) -> list[tuple[str, list[str]]]:
    """Each dimension with its values; what has no words stands for itself."""
    known = (told or rights()).dimensions
    names = names_of_values(limits) if names is None else names
    return [
        (
            named(known[dimension]) if dimension in known else dimension,
            [str(VALUES.get(code) or names.get(code, code)) for code in sorted(values)],
        )
        for dimension, values in limits.items()
    ]
