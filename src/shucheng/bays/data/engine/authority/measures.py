"""What the index of authorised operation (公共数据授权运营指数) is computed from, as measured.

The official formula is not known: the definition (`data/authority/index/`) is a proposal, is shown
as one and can be replaced. Shares are in percent, None where nothing can be shared out.
"""

from collections.abc import Collection
from datetime import date

from .book import Book, Rights
from .clocks import Reading
from .granting import stopped
from .lists import product_list, resource_list


def index_inputs(
    rights: Rights,
    book: Book,
    day: date,
    registered: Collection[str],
    ended: Collection[Reading],
    disclosures: tuple[int, int],
) -> dict[str, float | None]:
    """Values by metric code. registered: registrations that hold on the day; ended: deadlines that
    were ended in the period, each read on its last day; disclosures: due in the period, and of
    them made in time.

    PD-REG-01 (registered), PD-OPS-01 (grants undisturbed), PD-DIS-03 (disclosed), PD-TDS-08
    (resources, parties and use as measures of effect)."""
    resources = resource_list(rights, book, day)
    products = product_list(rights, book, day, {})
    authorised = {row.resource for row in resources}
    named = {row.resource for row in resources if set(row.stands_on) & set(registered)}
    codes = {thing.code for row in products for thing in row.resources}
    used = {thing for thing in authorised if thing.code in codes}
    going = [each for each in book.deliveries.values() if not stopped(book, each.code, day)]
    current = [each for each in book.grants.values() if each.start <= day <= each.end]
    sound = [each for each in current if not stopped(book, each.code, day)]
    deadlines = [each for each in ended if each.spec.kind == "deadline"]
    in_time = [each for each in deadlines if not each.is_over]
    return {
        "authorised_resources": float(len(authorised)),
        "authorised_resources_registered": _share(len(named), len(authorised)),
        "authorised_resources_used": _share(len(used), len(authorised)),
        "authorised_products": float(len(products)),
        "authorised_scenarios": float(
            len({each for row in products for each in row.uses.get("scenario", ())})
        ),
        "authorised_recipients": float(len({each.recipient for each in going})),
        "authorised_steps_in_time": _share(len(in_time), len(deadlines)),
        "authorised_disclosed": _share(disclosures[1], disclosures[0]),
        "authorised_grants_sound": _share(len(sound), len(current)),
    }


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
