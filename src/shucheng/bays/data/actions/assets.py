"""Data as an asset (数据资产入表): described and recognised by the rules, its costs collected, its
impairments and its end noted. Figures for an accountant; nothing is booked."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.codes import ASSET, next_code
from shucheng.bays.data.models.money import AssetEvent, DataAsset
from shucheng.bays.data.queries.assets import (
    CRITERIA,
    DEVELOPMENT,
    ENDS,
    ROUTES,
    carrying,
    charges_of,
    keeps,
    recognition,
    rules,
    visible_assets,
)
from shucheng.bays.data.queries.market_words import refused
from shucheng.kernel.public import (
    Actor,
    Conflict,
    Forbidden,
    NotFound,
    Organisation,
    action,
    record,
)
from shucheng.lib.periods import Period, PeriodInvalid


@action
def describe_asset(
    title: str,
    *,
    owner: int,
    held_for: str,
    route: str,
    shown: Sequence[str],
    actor: Actor,
    about: str = "",
    available: str = "",
    months: int | None = None,
    residual: int = 0,
    code: str = "",
    revision: int = 0,
    on: date | None = None,
    simulated: bool = False,
) -> DataAsset:
    """A data asset, or with `code` its new description; whether and as what it is recognised
    follows from the rules. `available`: the month from which an intangible can be used."""
    if not keeps(actor, owner):
        raise Forbidden("data.operate")
    row = _described(code, revision, owner, on or timezone.localdate())
    row.title = title.strip()[:200]
    if not row.title:
        raise refused("title", _("It has no title."), _("Give it one."), "title")
    if held_for not in DataAsset.Held.values or route not in ROUTES:
        raise refused(
            "route", _("It is not said what it is held for, or how it came."), _("Choose."), "route"
        )
    known = {*CRITERIA, *(f"{DEVELOPMENT}{each}" for each in rules().conditions)}
    row.shown = sorted(set(shown) & known)
    row.held_for, row.route, row.about = held_for, route, about.strip()[:60]
    row.available, row.months = _month(available), months
    if residual < 0 or (months is not None and months < 1):
        raise refused(
            "life", _("The life or the residual value cannot be."), _("Correct it."), "months"
        )
    row.residual = residual
    row.asset_class = recognition(row).asset_class or ""
    row.simulated = row.simulated or simulated
    row.revision += 1
    row.save()
    _check_life(row)
    record(
        "data.asset.changed",
        row,
        actor=actor,
        after={"class": row.asset_class, "route": route, "shown": row.shown},
    )
    return row


@action
def note_event(
    code: str,
    kind: str,
    *,
    actor: Actor,
    on: date,
    fen: int = 0,
    item: str = "",
    phase: str = "",
    text: str = "",
) -> AssetEvent:
    """A cost, an impairment or the end of an asset. Refused where the rules have no place for it:
    an impairment above what is left, a cost of an intangible after it can be used, anything after
    the end."""
    row = visible_assets(actor).select_for_update(of=("self",)).filter(code=code).first()
    if row is None:
        raise NotFound(code)
    if not keeps(actor, row.owner_id):
        raise Forbidden("data.operate")
    if row.events.filter(kind=AssetEvent.Kind.END).exists():
        raise refused("ended", _("The asset has ended."), _("Describe another."))
    _check_event(row, kind, on, fen, item)
    made = AssetEvent.objects.create(
        asset=row,
        kind=kind,
        item=item[:40],
        phase=phase[:20],
        fen=fen,
        on=on,
        text=text.strip()[:300],
        by=actor.name[:150],
    )
    _check_life(row)
    record("data.asset.changed", row, actor=actor, after={"event": kind, "fen": fen})
    return made


def _check_event(row: DataAsset, kind: str, on: date, fen: int, item: str) -> None:
    if on > timezone.localdate():
        raise refused("future", _("The day has not come yet."), _("Correct it."), "on")
    if kind == AssetEvent.Kind.END:
        if not row.asset_class or item not in ENDS[row.asset_class]:  # type: ignore[index]
            raise refused("end", _("It cannot end in this way."), _("Choose one."), "item")
        return
    if kind not in AssetEvent.Kind.values or fen <= 0:
        raise refused("amount", _("The amount is not above 0."), _("Correct it."), "fen")
    usable = row.available if row.asset_class == "intangible" else ""
    if kind == AssetEvent.Kind.COST and usable and on > Period.parse(usable).end:
        raise refused(
            "late-cost",
            _("After the month from which it can be used costs are no part of it."),
            _("Correct the day or the month."),
            "on",
        )
    if kind == AssetEvent.Kind.IMPAIRMENT:
        if not row.asset_class:
            raise refused("not-recognised", _("It is not recognised."), _("Describe it first."))
        if fen > carrying(row, Period.of(on, "M")):
            raise refused(
                "impairment", _("More than is left cannot be lost."), _("Correct it."), "fen"
            )


def _check_life(row: DataAsset) -> None:
    """The engine computes it, or says why it cannot be."""
    try:
        charges_of(row, Period.of(timezone.localdate(), "M"))
    except ValueError:
        raise refused(
            "life",
            _("Cost, life, residual value and impairments do not go together."),
            _("Correct what was entered last."),
            "months",
        ) from None


def _described(code: str, revision: int, owner: int, day: date) -> DataAsset:
    if not code:
        organisation = Organisation.objects.get(pk=owner)
        return DataAsset(code=next_code(ASSET, day.year), owner=organisation)
    row = DataAsset.objects.select_for_update().filter(code=code, owner_id=owner).first()
    if row is None:
        raise NotFound(code)
    if row.revision != revision:
        raise Conflict(_("The asset"))
    return row


def _month(text: str) -> str:
    if not text.strip():
        return ""
    try:
        found = Period.parse(text)
    except PeriodInvalid:
        found = None
    if found is None or found.frequency != "M":
        raise refused("month", _("Write a month like 2026-11."), _("Correct it."), "available")
    return str(found)
