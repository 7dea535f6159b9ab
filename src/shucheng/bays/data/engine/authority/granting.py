"""Whether a grant is no wider than what it stands on, and whether an act is permitted today.

An operator acts inside its scope only (27号 第六条第二款, 第二十一条: PD-OPS-01). What is not said
is not permitted: a use must name a value in every dimension that a grant limits.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from .book import Book, Grant, Limits, Product, Rights, Thing
from .refusal import Refused, refused


def check_grant(rights: Rights, book: Book, grant: Grant) -> tuple[Refused, ...]:
    """Every reason why a grant may not be entered in the book; empty if it may.

    It rests on something (PD-RGT-08); it stands on grants that its giver has and may pass on, of a
    right that can give this one, not narrower in things, limits or time (PD-OPS-01); and no
    operator redevelops what it delivers (27号 第六条第二款, PD-OPS-02)."""
    return tuple(_faults(rights, book, grant))


def check_contract(
    rights: Rights, book: Book, grants: Iterable[Grant]
) -> dict[str, tuple[Refused, ...]]:
    """The reasons by grant, for those that may not be entered: a contract may bring several grants,
    which may stand on one another in the order given."""
    faults: dict[str, tuple[Refused, ...]] = {}
    for grant in grants:
        if found := check_grant(rights, book, grant):
            faults[grant.code] = found
        book = replace(book, grants={**book.grants, grant.code: grant})
    return faults


def check_product(rights: Rights, book: Book, product: Product, day: date) -> tuple[Refused, ...]:
    """Every input for which the maker has no permission to process on that day, with the reason;
    empty if the product may be entered."""
    faults = []
    inputs = [name for thing in product.made_from for name in (str(thing), thing.code)]
    if str(product.thing) in book.stands_on(inputs):
        faults.append(refused("cycle", grant=product.thing))
    for thing in sorted(product.made_from):
        answers = [
            permits(rights, book, [code], "process", thing, day, product.uses)
            for code in product.under
            if code in book.grants and book.grants[code].taker == product.maker
        ]
        if not any(isinstance(each, tuple) for each in answers):
            why = [each for each in answers if isinstance(each, Refused)]
            # Of several grants the one that is over the thing says most.
            why.sort(key=lambda each: each.code == "authority.wider-things")
            faults.append(why[0] if why else refused("no-grant", grant=f"process {thing}"))
    return tuple(faults)


def permits(
    rights: Rights,
    book: Book,
    codes: Sequence[str],
    act: str,
    thing: Thing,
    day: date,
    uses: Limits,
) -> tuple[str, ...] | Refused:
    """The grants that an act on a thing stands on, the acting ones first, or why it is refused.

    codes: one party's grants that cover the thing together: a product of two holders' resources is
    operated by two. Everything below is looked at anew: each grant in its term and no wider than
    those under it, nothing suspended or revoked, `uses` within the limits of each; of a product
    also those of the grants it was made under, as far as such limits follow the data. Raw data is
    not delivered (PD-SCP-03). Raises `KeyError` for an act that no right knows."""
    rights.acts[act]
    grants = [book.grants[each] for each in codes if each in book.grants]
    if not grants or len(grants) < len(codes):
        return refused("no-grant", grant=[each for each in codes if each not in book.grants])
    if len({grant.taker for grant in grants}) > 1:
        return refused("several-takers", grants=list(codes))
    for grant in grants:
        if act not in rights.rights[grant.right].acts:
            return refused("act", right=grant.right, act=act)
    if rights.acts[act].products_only and thing not in book.products:
        return refused("raw-data", thing=thing)
    if not _covers(book, grants, thing):
        return refused("wider-things", grant=list(codes), things=thing)
    below = book.stands_on([*codes, str(thing), thing.code])
    if no := _stopped(book, below, day):
        return no
    chain = _chain(book, *codes)
    data = tuple(sorted(each for each in below if each in book.grants and each not in chain))
    for each in (*chain, *data):
        link = book.grants[each]
        bound = rights.dimensions.keys() if each in chain else rights.following
        if no := _not_now(rights, book, link, day) or _beyond(link, bound, uses):
            return no
    return (*chain, *data)


def operating(rights: Rights, book: Book, product: Product, day: date) -> tuple[str, ...]:
    """The grants by which a maker operates its product for `product.uses` on a day: one for each
    input, the first that serves, or one over the product itself; for inputs that none covers there
    is none, and `permits` says so."""
    chosen: dict[str, None] = {}
    ahead = [product.thing]
    for thing in ahead:
        for grant in book.granted.get((product.maker, thing.code), ()):
            narrower = _beyond(grant, rights.dimensions.keys(), product.uses)
            if grant.right != "operate" or narrower or not _direct([grant], thing):
                continue
            if not in_force(rights, book, grant.code, day):
                chosen[grant.code] = None
                break
        else:
            ahead += sorted(book.products[thing].made_from) if thing in book.products else ()
    return tuple(chosen)


def in_force(rights: Rights, book: Book, code: str, day: date) -> Refused | None:
    """Why a grant gives nothing on a day: it or one that it stands on is stopped, out of its term,
    or wider than what it stands on; None if it is in force. Raises `KeyError`."""
    if no := _stopped(book, book.stands_on([code]), day):
        return no
    answers = (_not_now(rights, book, book.grants[each], day) for each in _chain(book, code))
    return next(filter(None, answers), None)


def stopped(book: Book, code: str, day: date) -> Refused | None:
    """Why a grant, product (`str(thing)`) or delivery is stopped on a day: by itself or by anything
    that it stands on; None if it is not."""
    return _stopped(book, book.stands_on([code]), day)


def _stopped(book: Book, codes: Iterable[str], day: date) -> Refused | None:
    stops = [stop for code in sorted(codes) if (stop := book.stop_of(code, day))]
    # What is revoked does not come back: it is the graver answer.
    for stop in sorted(stops, key=lambda each: each.kind != "revoke"):
        kind = "revoked" if stop.kind == "revoke" else "suspended"
        return refused(kind, cause=stop.on, since=stop.day)
    return None


def _not_now(rights: Rights, book: Book, grant: Grant, day: date) -> Refused | None:
    if not grant.start <= day <= grant.end:
        return refused("not-in-term", day=day, grant=grant.code, start=grant.start, end=grant.end)
    return next(_faults(rights, book, grant), None)


def _beyond(grant: Grant, bound: Collection[str], uses: Limits) -> Refused | None:
    for dimension in sorted(grant.limits.keys() & set(bound)):
        allowed, wanted = grant.limits[dimension], uses.get(dimension, frozenset())
        if not wanted or not wanted <= allowed:
            named = {"allowed": sorted(allowed), "wanted": sorted(wanted)}
            return refused("limits", grant=grant.code, dimension=dimension, **named)
    return None


def _faults(rights: Rights, book: Book, grant: Grant) -> Iterator[Refused]:
    if not any(grant.basis):
        yield refused("basis", grant=grant.code)
    if not grant.under and grant.right != "hold":
        yield refused("no-grant", grant=f"under {grant.code}")
    if grant.code in _chain(book, *grant.under):
        yield refused("cycle", grant=grant.code)
    if unknown := [each for each in grant.under if each not in book.grants]:
        yield refused("no-grant", grant=unknown)
    parents = [book.grants[each] for each in grant.under if each in book.grants]
    for parent in parents:
        yield from _wider(rights, parent, grant)
    uncovered = sorted(each for each in grant.things if not _covers(book, parents, each))
    if parents and uncovered:
        yield refused("wider-things", grant=grant.under, things=uncovered)
    if unheard := sorted(grant.limits.keys() - rights.dimensions.keys()):
        yield refused("dimension", grant=grant.code, unknown=unheard)
    if grant.right == "process":
        own = {grant.taker} | book.related.get(grant.taker, frozenset())
        for thing in sorted(grant.things):
            if own & book.makers.get(thing.code, frozenset()):
                yield refused("redevelopment", taker=grant.taker, thing=thing)


def _wider(rights: Rights, parent: Grant, grant: Grant) -> Iterator[Refused]:
    if parent.taker != grant.giver:
        yield refused("not-holder", giver=grant.giver, grant=parent.code, taker=parent.taker)
    if not parent.may_pass_on:
        yield refused("may-not-pass-on", grant=parent.code)
    if grant.right not in rights.rights[parent.right].gives:
        yield refused("other-right", held=parent.right, given=grant.right)
    if not parent.start <= grant.start <= grant.end <= parent.end:
        yield refused("longer", grant=parent.code, start=parent.start, end=parent.end)
    for dimension, allowed in sorted(parent.limits.items()):
        mine = grant.limits.get(dimension)
        if mine is None or not mine <= allowed:
            named = sorted(allowed)
            yield refused("wider-limits", grant=parent.code, dimension=dimension, allowed=named)


def _chain(book: Book, *codes: str) -> tuple[str, ...]:
    """The grants and those under them, nearest first; each once."""
    chain: dict[str, None] = {}
    ahead = list(codes)
    for code in ahead:
        if code in book.grants and code not in chain:
            chain[code] = None
            ahead += book.grants[code].under
    return tuple(chain)


def _covers(book: Book, grants: list[Grant], thing: Thing) -> bool:
    """Over the thing itself, or over all that it was made from: for whoever holds that, and for
    who may operate what they made of it."""
    if _direct(grants, thing):
        return True
    product = book.products.get(thing)
    if product is None:
        return False
    mine = [
        g for g in grants if g.right == "hold" or (g.right, g.taker) == ("operate", product.maker)
    ]
    return bool(mine) and all(_covers(book, mine, each) for each in product.made_from)


def _direct(grants: Iterable[Grant], thing: Thing) -> bool:
    return any(thing in grant.things or Thing(thing.code) in grant.things for grant in grants)
