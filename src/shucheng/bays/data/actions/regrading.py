"""What follows from grades: how a resource may be delivered, and every product made of it.

Part of the action by which fields were graded or described. A product follows by itself only to
fewer ways of delivery: of what it holds nobody has decided that it may go out in more, and the
bureau says so on its page (`move_product`, `regrade`).
"""

from collections.abc import Collection, Iterable

from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.engine.grading.derived import Ways, strictest
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.grading import standings
from shucheng.bays.data.queries.inputs import made_from, mode_codes, ways_of
from shucheng.kernel.public import Actor, raise_alert, record, system_actor

NARROWED_ALERT = "data.product.narrowed"
_PUBLIC = {Product.State.REVIEW, Product.State.LISTED, Product.State.DELISTED}


def follow_grades(resources: Iterable[int], *, actor: Actor) -> dict[int, Resource]:
    """The resources with the grades and ways of delivery of what now holds for their fields; their
    products narrow at once, and with them every call of a delivery."""
    held = Resource.objects.select_for_update(of=("self",)).select_related("holder").order_by("pk")
    rows = {each.pk: each for each in held.filter(pk__in=set(resources))}
    changed = []
    for key, stands in standings(rows.values()).items():
        row, before = rows[key], (rows[key].grade, rows[key].modes)
        row.grade = stands.of.grade.code
        row.modes = [
            {"mode": each.mode, "conditions": list(each.conditions)} for each in stands.of.permitted
        ]
        if (row.grade, row.modes) != before:
            changed.append(row)
    Resource.objects.bulk_update(changed, ["grade", "modes"], batch_size=500)
    if changed:
        _narrow({each.code for each in changed}, actor)
    return rows


def _narrow(codes: Collection[str], actor: Actor) -> None:
    products = _held(codes)
    before = {each.pk: _ways(each) for each in products}
    # What is made of a product follows it: as many rounds as they stand on each other.
    while sum(map(_follows, products)):
        pass
    for product in products:
        if (was := before[product.pk]) != _ways(product):
            _tell(product, was, actor)


def _held(codes: Collection[str]) -> list[Product]:
    """The products made of them, held until the end. One that was made while this waited for the
    others is found when it is looked for again."""
    found: dict[int, Product] = {}
    while more := made_from(codes) - found.keys():
        held = Product.objects.select_for_update(of=("self",)).select_related("maker")
        found |= {each.pk: each for each in held.filter(pk__in=more).order_by("pk")}
    return list(found.values())


def _follows(product: Product) -> bool:
    """Whether it is narrower than before; it is written at once, for what is made of it."""
    now = strictest([_ways(product), ways_of(product)])
    if now == _ways(product):
        return False
    product.grade, product.modes = now.grade, list(now.modes)
    product.revision += 1
    product.save(update_fields=["grade", "modes", "revision"])
    return True


def _tell(product: Product, was: Ways, actor: Actor) -> None:
    now = _ways(product)
    leave_evidence("product.regraded", str(product), grade=now.grade, modes=list(now.modes))
    record(
        "data.product.regraded",
        product,
        actor=actor,
        before={"grade": was.grade, "modes": list(was.modes)},
        after={"grade": now.grade, "modes": list(now.modes)},
    )
    if product.state in _PUBLIC:
        raise_alert(
            NARROWED_ALERT,
            key=f"{NARROWED_ALERT}:{product.pk}",
            organisation_id=product.maker_id,
            values={"product": f"{product.title} ({product})"},
            link=f"/data-elements/products/{product.code}/?version={product.version}",
            actor=system_actor(actor.channel, actor.request_id),
        )


def _ways(product: Product) -> Ways:
    return Ways(product.grade, mode_codes(product.modes))
