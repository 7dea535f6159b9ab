"""Products are made: from what, under which grants, how; and run where the inputs have data.

A version that nobody has judged yet is changed in place; later a change is a new version. The grade
is the highest of the inputs', the ways of delivery those that every input permits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.codes import PRODUCT, next_code
from shucheng.bays.data.actions.evidence import leave_evidence
from shucheng.bays.data.actions.market_steps import keep_step
from shucheng.bays.data.engine.authority import book as rights_book
from shucheng.bays.data.engine.authority.granting import check_product
from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.bays.data.engine.grading.derived import strictest
from shucheng.bays.data.engine.making import Made, check, make
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.queries.book import book, limits, rights, thing
from shucheng.bays.data.queries.inputs import InputOf, input_of
from shucheng.bays.data.queries.making import grants_to_process
from shucheng.bays.data.queries.market_words import not_possible, refused
from shucheng.bays.data.queries.refusals import not_done
from shucheng.kernel.public import (
    Actor,
    Conflict,
    NotFound,
    Organisation,
    action,
    enqueue,
    prepared,
    record,
    store_file,
    system_actor,
)

MAKE_JOB = "data.make"
ROOM = "data"
_OPEN = (Product.State.DRAFT, Product.State.RETURNED)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a product is made from (codes of resources and products), for which uses by dimension,
    and how: SQL over the inputs by name, or steps in words. `meanings`: of its columns."""

    made_from: Sequence[str]
    uses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sql: str = ""
    words: str = ""
    meanings: Mapping[str, str] = field(default_factory=dict)


@action
def draft_product(
    title: str,
    *,
    kind: str,
    variety: str,
    maker: int,
    recipe: Recipe,
    actor: Actor,
    summary: str = "",
    code: str = "",
    on: date | None = None,
    simulated: bool = False,
) -> Product:
    """A product, or with `code` its next version. Its maker needs, on that day, a permission to
    process each input; without data its SQL is read, and run later by `run_making`."""
    actor.require("data.operate", maker)
    day = on or timezone.localdate()
    title, variety = title.strip(), variety.strip()
    if not title:
        raise refused("title", _("It has no title."), _("Give it one."), "title")
    if not variety:
        raise refused("variety", _("It has no variety."), _("Say what it is traded as."), "variety")
    if kind not in Product.Kind.values:
        raise refused("kind", _("There is no such kind."), _("Choose one."), "kind")
    inputs = _inputs(recipe)
    product = _to_be_written(code, maker, day)
    product.title, product.summary = title[:200], summary.strip()
    product.kind, product.variety = kind, variety[:60]
    product.made_from = [each.thing for each in inputs]
    product.uses = {name: sorted(set(values)) for name, values in recipe.uses.items() if values}
    product.under = grants_to_process(product, day)
    # What is made of simulated data is simulated.
    product.simulated = product.simulated or simulated or any(each.simulated for each in inputs)
    _check_rights(product, day)
    product.processing = [*_steps(recipe, inputs)]
    product.columns = [[name, "", meaning] for name, meaning in recipe.meanings.items()]
    ways = strictest([each.ways for each in inputs])
    product.grade, product.modes, product.judged = ways.grade, list(ways.modes), {}
    product.data, product.rows = None, None
    product.state = Product.State.DRAFT
    product.revision += 1
    product.save()
    keep_step(str(product), "make", "maker", "", "draft", actor=actor, on=day)
    leave_evidence(
        "product.made",
        str(product),
        maker=product.maker.code,
        made_from=product.made_from,
        under=product.under,
    )
    record("data.product.made", product, actor=actor, after={"version": str(product)})
    return product


@action
def ask_making(product_id: int, *, actor: Actor) -> Product:
    """Have the SQL of a product run in the background."""
    product = _own(product_id, actor, lock=True)
    enqueue(
        MAKE_JOB, payload={"product": product.pk}, unique_key=f"{MAKE_JOB}:{product.pk}",
        actor=actor,
    )  # fmt: skip
    record("data.product.asked", product, actor=actor)
    return product


@prepared
def run_making(product_id: int, *, actor: Actor, on: date | None = None) -> Product:
    """Read the inputs, run the SQL and keep what comes out. What cannot be read or run is noted
    with the product, and nothing else has changed.

    Reading and running happen in no transaction; afterwards the rights are asked again. Raises
    `Conflict` where the product was changed or run by another meanwhile."""
    product = _own(product_id, actor)
    day = on or timezone.localdate()
    _require_runnable(product, day)
    step = _sql_of(product)
    inputs = {each.name: each for code in product.made_from if (each := input_of(code))}
    if step is None or not all(each.readable for each in inputs.values()):
        raise refused(
            "no-data",
            _("There is nothing to run: no SQL, or an input whose rows the platform cannot read."),
            _("Describe the steps in words, or ask the holder to connect the source."),
        )
    try:
        made = _run(step["text"], inputs, product)
    except Refused as error:
        return _note_trouble(product, error, day, actor=actor)
    return _keep_made(product, inputs, made, day, actor=actor)


@action
def _note_trouble(ran: Product, error: Refused, day: date, *, actor: Actor) -> Product:
    product = _unchanged(ran, day, actor)
    step = _sql_of(product)
    if step is not None:
        step["trouble"] = str(not_possible(error).message)
    product.revision += 1
    product.save()
    record("data.product.run", product, actor=actor, after={"trouble": error.code})
    return product


@action
def _keep_made(
    ran: Product, inputs: Mapping[str, InputOf], made: Made, day: date, *, actor: Actor
) -> Product:
    product = _unchanged(ran, day, actor)
    step = _sql_of(product)
    if step is None:
        raise Conflict(_("The product"))
    _keep(product, step, inputs, made, actor)
    leave_evidence(
        "product.processed",
        str(product),
        digest=f"sha256:{product.data.sha256}" if product.data else "",
        rows=product.rows,
        inputs={each["thing"]: each["digest"] for each in step["inputs"]},
    )
    record("data.product.run", product, actor=actor, after={"rows": product.rows})
    return product


def _unchanged(ran: Product, day: date, actor: Actor) -> Product:
    """The product, locked, as it was when it was read for a run, and with the rights that it needs
    still."""
    product = _own(ran.pk, actor, lock=True)
    if product.revision != ran.revision:
        raise Conflict(_("The product"))
    _require_runnable(product, day)
    return product


def _require_runnable(product: Product, day: date) -> None:
    if product.state not in _OPEN:
        raise refused(
            "not-open",
            _("This version is not changed any more."),
            _("Make a new version of it."),
        )
    _check_rights(product, day)


def _sql_of(product: Product) -> dict[str, Any] | None:
    return next((each for each in product.processing if each["kind"] == "sql"), None)


def _run(sql: str, inputs: Mapping[str, InputOf], product: Product) -> Made:
    sources = {name: each.source for name, each in inputs.items()}
    allowed = product.uses.get("field")
    fields = (
        {name: [c for c in each.columns if c in allowed] for name, each in inputs.items()}
        if allowed
        else None
    )
    return make(sql, {name: each for name, each in sources.items() if each}, fields)


def _keep(
    product: Product, step: dict[str, Any], inputs: Mapping[str, InputOf], made: Made, actor: Actor
) -> None:
    # A company may not upload: what the platform made of its SQL, the platform keeps.
    product.data = store_file(
        f"{product}.parquet",
        made.content,
        room=ROOM,
        made_here=True,
        organisation_id=product.maker_id,
        actor=system_actor(actor.channel, actor.request_id),
    )
    meanings = {column[0]: column[2] for column in product.columns}
    product.columns = [[name, kind, meanings.get(name, "")] for name, kind in made.columns]
    product.rows = made.rows
    step["trouble"] = ""
    step["ran"] = made.sql
    step["at"] = timezone.now().isoformat(timespec="seconds")
    step["inputs"] = [
        {
            "thing": inputs[name].thing,
            "name": name,
            "version": inputs[name].version,
            "digest": f"sha256:{read.digest}",
            "rows": read.rows,
        }
        for name, read in made.inputs.items()
    ]
    product.revision += 1
    product.save()


def _own(product_id: int, actor: Actor, *, lock: bool = False) -> Product:
    rows = Product.objects.select_for_update() if lock else Product.objects
    product = rows.filter(pk=product_id).first()
    if product is None or not actor.may("data.operate", product.maker_id):
        raise NotFound(_("The product"))
    return product


def _inputs(recipe: Recipe) -> list[InputOf]:
    """Held until the end: whoever grades them meanwhile finds the product that is made of them."""
    codes = {thing(code).code for code in recipe.made_from}
    for model in (Resource, Product):
        list(model._default_manager.select_for_update().filter(code__in=codes).order_by("pk"))
    found = [(code, input_of(code)) for code in dict.fromkeys(recipe.made_from)]
    if not found:
        raise refused(
            "no-input", _("It is made from nothing."), _("Name what it is made from."), "made_from"
        )
    if missing := [code for code, each in found if each is None]:
        raise refused(
            "unknown-input",
            _("There is no %(thing)s."),
            _("Choose from what you may process."),
            "made_from",
            thing=missing[0],
        )
    return [each for _code, each in found if each]


def _to_be_written(code: str, maker: int, day: date) -> Product:
    """A new product, its version that is still open, or its next version."""
    if not code:
        organisation = Organisation.objects.get(pk=maker)
        return Product(code=next_code(PRODUCT, day.year), version="1", maker=organisation)
    versions = Product.objects.select_for_update().filter(code=code, maker_id=maker)
    newest = versions.order_by("-id").first()
    if newest is None:
        raise NotFound(code)
    if newest.state in _OPEN:
        return newest
    if newest.state == Product.State.REVIEW:
        raise Conflict(_("The product"))
    return Product(code=code, version=str(versions.count() + 1), maker=newest.maker)


def _check_rights(product: Product, day: date) -> None:
    asked = rights_book.Product(
        thing=thing(str(product)),
        maker=product.maker.code,
        made_from=frozenset(map(thing, product.made_from)),
        under=tuple(product.under),
        uses=limits(product.uses),
        registration=product.registration,
    )
    known = book()
    # An earlier state of the same version is not what is asked about.
    others = {name: each for name, each in known.products.items() if name != asked.thing}
    faults = check_product(rights(), replace(known, products=others), asked, day)
    if faults:
        raise not_done(faults[0])


def _steps(recipe: Recipe, inputs: Sequence[InputOf]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    if recipe.sql.strip():
        try:
            check(recipe.sql, {each.name: each.columns for each in inputs})
        except Refused as error:
            raise not_possible(error, "sql") from None
        steps.append({"kind": "sql", "text": recipe.sql.strip(), "inputs": [], "trouble": ""})
    if recipe.words.strip():
        steps.append({"kind": "words", "text": recipe.words.strip()[:4000]})
    if not steps:
        raise refused(
            "no-processing",
            _("Nothing says how it is made."),
            _("Write the SQL over its inputs, or the steps in words."),
            "sql",
        )
    return steps
