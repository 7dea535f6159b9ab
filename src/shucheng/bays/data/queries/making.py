"""What an operator may make products of, and under which grants."""

from dataclasses import dataclass
from datetime import date

from shucheng.bays.data.engine.authority.book import Grant
from shucheng.bays.data.engine.authority.granting import in_force, permits
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.book import book, limits, rights, thing
from shucheng.bays.data.queries.inputs import InputOf, input_of


@dataclass(frozen=True, slots=True)
class Choice:
    """An input that a maker may process today, the grant, and what the grant limits it to."""

    input: InputOf
    grant: str
    limits: dict[str, list[str]]
    until: date


def grants_to_process(product: Product, day: date) -> list[str]:
    """The maker's grants, one for each input, that permit to process it for the product's uses; for
    an input without one, the first that is over it, so that the refusal says what is wrong."""
    known, codes = book(), []
    for said in product.made_from:
        mine = _over(product.maker.code, said)
        uses = limits(product.uses)
        serving = (
            grant
            for grant in mine
            if isinstance(
                permits(rights(), known, [grant.code], "process", thing(said), day, uses), tuple
            )
        )
        chosen = next(serving, mine[0] if mine else None)
        if chosen:
            codes.append(chosen.code)
    return list(dict.fromkeys(codes))


def choices(maker: str, day: date) -> list[Choice]:
    """What a party may process on a day."""
    known, found = book(), []
    for grant in known.grants.values():
        if grant.taker != maker or grant.right != "process":
            continue
        if in_force(rights(), known, grant.code, day):
            continue
        said = {name: sorted(values) for name, values in grant.limits.items()}
        for each in sorted(grant.things):
            if (found_input := input_of(str(each))) is not None:
                found.append(Choice(found_input, grant.code, said, grant.end))
    return found


def _over(maker: str, said: str) -> list[Grant]:
    wanted = thing(said)
    granted = book().granted.get((maker, wanted.code), ())
    return [each for each in granted if each.right == "process"]
