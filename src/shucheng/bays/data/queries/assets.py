"""Data as an asset: recognition, costs, life, hints and the disclosure tables, from what is on
record. It prepares figures for an accountant and books nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.assets.costs import (
    Cost,
    CostLine,
    Recognition,
    collect,
    recognise,
    total,
)
from shucheng.bays.data.engine.assets.disclosure import Movement, Table, disclose
from shucheng.bays.data.engine.assets.hints import Facts, Hints, impairment_hints
from shucheng.bays.data.engine.assets.life import Asset, Charge, movements, schedule
from shucheng.bays.data.engine.assets.rules import AssetRules, Class, shipped
from shucheng.bays.data.engine.authority.granting import stopped
from shucheng.bays.data.models.catalogue import Resource
from shucheng.bays.data.models.market import Product
from shucheng.bays.data.models.money import AssetEvent, DataAsset, Settlement, UsageRecord
from shucheng.bays.data.queries.book import book
from shucheng.bays.data.queries.market_words import Word
from shucheng.kernel.public import Actor, NotFound, Organisation
from shucheng.lib.periods import Period

# Which of the five conditions for development spending are shown stands among `shown` with this.
DEVELOPMENT = "development:"
CRITERIA: dict[str, Word] = {
    "lawful": _("lawfully owned or controlled"),
    "beneficial": _("expected to bring economic benefit"),
    "measurable": _("its cost can be measured reliably"),
    "identifiable": _("separable, or from a contract"),
    "accounting": _("owner under enterprise accounting"),
}
CONDITIONS: dict[str, Word] = {
    "feasible": _("technically feasible"),
    "intended": _("meant to be used or sold"),
    "beneficial": _("known how it brings benefit"),
    "resourced": _("enough technical, financial and other resources"),
    "measurable": _("spending can be measured reliably"),
}
ITEMS: dict[str, Word] = {
    "price": _("Purchase price"),
    "tax": _("Taxes"),
    "masking": _("Masking"),
    "cleaning": _("Cleaning"),
    "labelling": _("Labelling"),
    "integration": _("Integration"),
    "analysis": _("Analysis"),
    "visualisation": _("Visualisation"),
    "rights": _("Authentication of rights"),
    "quality": _("Assessment of quality"),
    "registration": _("Registration and clearing"),
    "security": _("Security management"),
    "insurance": _("Insurance"),
    "purchase": _("Purchase cost"),
    "collection": _("Collection of data"),
    "other": _("Other spending that brings it into use"),
}
PHASES: dict[str, Word] = {
    "research": _("Research phase"),
    "development": _("Development phase"),
}
ROUTES: dict[str, Word] = {
    "purchased": _("Purchased"),
    "developed": _("Developed by oneself"),
    "other": _("Otherwise"),
}
CLASSES: dict[str, Word] = {
    "intangible": _("Intangible asset"),
    "inventory": _("Inventory"),
    "": _("Not recognised"),
}
WHY: dict[str, Word] = {
    "listed": _("a cost of this route"),
    "not-listed": _("no rule names it: a person decides"),
    "before-the-rule": _("before the rules took effect"),
    "research": _("research"),
    "conditions-met": _("development, all five conditions shown"),
    "conditions-missing": _("development, not all five conditions shown"),
    "no-phase": _("no phase given: a person decides"),
    "no-route": _("no rule for this route: a person decides"),
}
TREATMENTS: dict[str, Word] = {
    "capitalised": _("part of the cost"),
    "expensed": _("expense"),
    "undecided": _("undecided"),
}
HINTS: dict[str, Word] = {
    "authorisation-ended": _("the authorisation it stands on has ended"),
    "not-updated": _("not updated for long"),
    "not-used": _("not used for long"),
    "revenue-fell": _("revenue fell"),
    "quality-fell": _("quality fell"),
    "income-below-carrying": _("expected income below the carrying amount"),
    "yearly-test-due": _("the yearly test is due"),
    "below-realisable": _("net realisable value below the carrying amount"),
}
ENDS: dict[Class, dict[str, Word]] = {
    "intangible": {
        "disposed": _("Disposed of"),
        "lapsed": _("Lapsed and derecognised"),
        "other_out": _("Left otherwise"),
    },
    "inventory": {
        "sold": _("Sold"),
        "lapsed": _("Lapsed and derecognised"),
        "other_out": _("Left otherwise"),
    },
}


def visible_assets(actor: Actor) -> QuerySet[DataAsset]:
    """One's own organisation's; for who settles or audits, all."""
    actor.require("data.view")
    rows = DataAsset.objects.select_related("owner")
    if actor.may("data.settle") or actor.may("data.audit"):
        return rows
    may = actor.may("data.operate") or actor.may("data.hold")
    return rows.filter(owner_id__in=actor.organisation_ids if may else ())


def find_asset(code: str, *, actor: Actor) -> DataAsset:
    found = visible_assets(actor).filter(code=code).first()
    if found is None:
        raise NotFound(code)
    return found


def keeps(actor: Actor, owner: int) -> bool:
    """Whether the actor keeps the assets of an organisation."""
    return actor.may("data.operate", owner) or actor.may("data.hold", owner)


def rules() -> AssetRules:
    return shipped()


def recognition(row: DataAsset) -> Recognition:
    accounting = "enterprise" if row.owner.kind == Organisation.Kind.COMPANY else "government"
    shown = [each for each in row.shown if not each.startswith(DEVELOPMENT)]
    return recognise(row.held_for, shown, accounting)  # type: ignore[arg-type]


def worded(names: Mapping[str, str], words: Mapping[str, Word]) -> dict[str, Word]:
    """Names of the rules in the language of the screen; one that has no words stays as it is."""
    return {code: words.get(code, name) for code, name in names.items()}


def conditions(row: DataAsset) -> list[str]:
    return [c.removeprefix(DEVELOPMENT) for c in row.shown if c.startswith(DEVELOPMENT)]


def cost_lines(row: DataAsset) -> tuple[CostLine, ...]:
    """What becomes of each cost; of one that is not recognised as it would be if it were."""
    costs = [
        Cost(str(each.pk), each.item, each.fen, each.on, each.phase)
        for each in row.events.filter(kind=AssetEvent.Kind.COST)
    ]
    return collect(class_of(row), row.route, costs, conditions(row))  # type: ignore[arg-type]


def sums(lines: Iterable[CostLine]) -> dict[str, int]:
    """分 by treatment."""
    found = dict.fromkeys(TREATMENTS, 0)
    for line in lines:
        found[line.treatment] += line.cost.fen
    return found


def life_of(row: DataAsset) -> Asset | None:
    """A recognised intangible as the engine reads it; None while it has no cost or cannot be used
    yet."""
    cost = total(cost_lines(row), "capitalised")
    if row.asset_class != "intangible" or not row.available or not cost:
        return None
    impaired: dict[Period, int] = {}
    for each in row.events.filter(kind=AssetEvent.Kind.IMPAIRMENT):
        month = Period.of(each.on, "M")
        impaired[month] = impaired.get(month, 0) + each.fen
    end = row.events.filter(kind=AssetEvent.Kind.END).first()
    return Asset(
        row.code,
        row.route,  # type: ignore[arg-type]
        cost,
        Period.parse(row.available),
        row.months,
        row.residual,
        impaired,
        Period.of(end.on, "M") if end else None,
        end.item if end else "disposed",  # type: ignore[arg-type]
    )


def movements_of(row: DataAsset, until: Period) -> tuple[Movement, ...]:
    """What goes into the disclosure table of its class."""
    if row.asset_class == "inventory":
        return tuple(_of_inventory(row))
    life = life_of(row)
    return movements(life, until) if life else ()


def carrying(row: DataAsset, until: Period) -> int:
    """分 at the end of a month."""
    if row.asset_class == "inventory":
        sums = {"cost": 0, "provision": 0}
        for each in movements_of(row, until):
            up = each.kind in ("purchased", "developed", "other_in", "charged")
            sums[each.block] += each.fen if up else -each.fen
        return sums["cost"] - sums["provision"]
    life = life_of(row)
    if life is None or (life.ended and life.ended <= until):
        return 0
    charges = schedule(life, until)
    return charges[-1].carrying if charges else life.cost


def charges_of(row: DataAsset, until: Period) -> tuple[Charge, ...]:
    life = life_of(row)
    return schedule(life, until) if life else ()


def hints_of(row: DataAsset, day: date) -> Hints:
    """Signs that a test is due, as far as what is known here tells; the rest is named as not
    known."""
    product = Product.objects.filter(code=row.about.partition("@")[0]).order_by("-id").first()
    resource = Resource.objects.filter(code=row.about).first()
    month = Period.of(day, "M").previous()
    facts: dict[str, Any] = {"carrying": carrying(row, month)}
    if product:
        versions = Product.objects.filter(code=product.code)
        facts |= _of_product(versions, day)
        facts["authorised"] = stopped(book(), str(product), day) is None
        facts["days_since_update"] = (day - product.recorded_at.date()).days
    if resource:
        facts["days_since_update"] = (day - resource.changed_at.date()).days
        if resource.score is not None:
            facts["quality"] = round(resource.score * 100)
    indefinite = row.asset_class == "intangible" and row.months is None
    return impairment_hints(class_of(row), Facts(**facts), indefinite=indefinite)


@dataclass(frozen=True, slots=True)
class DisclosurePage:
    table: Table
    asset_class: str
    owner: Organisation
    assets: list[DataAsset]
    simulated: bool


def disclosure(owner: int, asset_class: Class, period: Period, *, actor: Actor) -> DisclosurePage:
    """The table of a period over all recognised assets of an owner."""
    rows = list(visible_assets(actor).filter(owner_id=owner, asset_class=asset_class))
    # What has not happened yet is in no table.
    until = min(Period.of(period.end, "M"), Period.of(timezone.localdate(), "M"))
    found = [each for row in rows for each in movements_of(row, until)]
    return DisclosurePage(
        disclose(asset_class, found, period),
        asset_class,
        Organisation.objects.get(pk=owner),
        rows,
        any(row.simulated for row in rows),
    )


def owners(actor: Actor) -> list[Organisation]:
    """Whose tables an actor may see: those with assets."""
    pks = visible_assets(actor).order_by().values_list("owner_id", flat=True).distinct()
    return list(Organisation.objects.filter(pk__in=list(pks)))


def marked(ids: Iterable[str]) -> list[tuple[str, str, bool]]:
    """Rules by id with their document and clause, and whether they are unconfirmed."""
    known = shipped()
    return [
        (
            each,
            f"{known.documents.get(known.rules[each].doc, '')} {known.rules[each].clause}",
            known.rules[each].unconfirmed,
        )
        for each in ids
    ]


def class_of(row: DataAsset) -> Class:
    """Its class, or the one that it would have."""
    if row.asset_class == "intangible" or (not row.asset_class and row.held_for == "use"):
        return "intangible"
    return "inventory"


def _of_inventory(row: DataAsset) -> Iterable[Movement]:
    kinds = {"purchased": "purchased", "developed": "developed", "other": "other_in"}
    route, left, provided = row.route, 0, 0
    for line in cost_lines(row):
        if line.treatment == "capitalised":
            left += line.cost.fen
            yield Movement(route, "cost", kinds[route], line.cost.on, line.cost.fen)  # type: ignore[arg-type]
    for each in row.events.exclude(kind=AssetEvent.Kind.COST):
        if each.kind == AssetEvent.Kind.IMPAIRMENT:
            provided += each.fen
            yield Movement(route, "provision", "charged", each.on, each.fen)  # type: ignore[arg-type]
        else:
            if left:
                yield Movement(route, "cost", each.item, each.on, left)  # type: ignore[arg-type]
            if provided:
                yield Movement(route, "provision", "written_off", each.on, provided)  # type: ignore[arg-type]


def _of_product(versions: QuerySet[Product], day: date) -> Mapping[str, int | None]:
    """Use and revenue of the last twelve months against the twelve before."""
    year = timedelta(days=365)
    sold = Settlement.objects.filter(agreement__order__offer__product__in=versions)
    now = sold.filter(on__gt=day - year).aggregate(fen=Sum("amount"))["fen"]
    before = sold.filter(Q(on__lte=day - year) & Q(on__gt=day - 2 * year))
    used = UsageRecord.objects.filter(agreement__order__offer__product__in=versions)
    last = used.aggregate(at=Max("at"))["at"]
    return {
        "days_since_use": (day - timezone.localdate(last)).days if last else None,
        "revenue": now,
        "revenue_before": before.aggregate(fen=Sum("amount"))["fen"],
    }
