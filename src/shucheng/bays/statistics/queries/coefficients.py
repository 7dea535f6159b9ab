"""Coefficients as a list, and what may be proposed."""

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.models import Coefficient, Firm
from shucheng.bays.statistics.queries.class_words import class_name
from shucheng.bays.statistics.queries.definitions import classes_in_force
from shucheng.bays.statistics.queries.places import every_area_name
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.kernel.public import Actor, Invalid

PAGE = 20
# Firms that are suggested while one types.
SUGGESTED = 10
_CODE = re.compile(r"[0-9A-Z]{18}")


@dataclass(frozen=True, slots=True)
class CoefficientsPage:
    """Those waiting, the newest first, then a page of what was decided. `names` are those of all
    classes; `whole_city`: the actor may propose and decide of whole classes too."""

    waiting: tuple[Coefficient, ...]
    waiting_count: int
    decided: tuple[Coefficient, ...]
    count: int
    page: int
    pages: int
    classes: tuple[tuple[str, str], ...]
    names: dict[str, str]
    version: str
    whole_city: bool

    @property
    def simulated(self) -> bool:
        return any(each.simulated for each in (*self.waiting, *self.decided))


def coefficients_page(page: int = 1, *, actor: Actor) -> CoefficientsPage:
    """Of firms in the areas the actor sees, and of whole classes."""
    found = coefficients_seen(actor).select_related("firm", "proposed_by", "decided_by")
    classes = classes_in_force()
    waiting = found.filter(state=Coefficient.State.PROPOSED)
    decided = found.exclude(state=Coefficient.State.PROPOSED).order_by("-decided_at", "-pk")
    count = decided.count()
    pages = max(1, -(-count // PAGE))
    at = min(max(page, 1), pages)
    return CoefficientsPage(
        waiting=tuple(waiting[:PAGE]),
        waiting_count=waiting.count(),
        decided=tuple(decided[(at - 1) * PAGE : at * PAGE]),
        count=count,
        page=at,
        pages=pages,
        classes=tuple(
            (each.code, class_name(each.name)) for each in classes.classes if each.partial
        ),
        names={each.code: class_name(each.name) for each in classes.classes},
        version=classes.version,
        whole_city=areas_seen(actor) is None,
    )


def firms_suggested(text: str, *, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Firms whose name has the text in it or whose code begins with it, as one may choose them:
    name with code, and area. Of those the actor sees."""
    firms, text = _firms_seen(actor), text.strip()
    if len(text) < 2:
        return ()
    like = Q(name__icontains=text) | Q(credit_code__startswith=text.upper())
    names = every_area_name()
    found = firms.filter(like).order_by("name")[:SUGGESTED]
    return tuple((firm_label(each), names.get(each.area, each.area)) for each in found)


def firm_meant(text: str, *, actor: Actor) -> str:
    """The code of the firm that was chosen, or written by code or full name; empty for none."""
    text = text.strip()
    if not text:
        return ""
    code = _CODE.search(text.upper())
    wanted = Q(credit_code=code[0]) if code else Q(name=text)
    found = list(_firms_seen(actor).filter(wanted)[:2])
    if len(found) == 1:
        return found[0].credit_code
    wrong = _("Several firms have this name: choose one of the list.")
    if not found:
        wrong = _("No firm has this name or code: write a part of it and choose one of the list.")
    raise Invalid(
        "statistics.coefficient",
        _("The coefficient cannot be kept."),
        _("Correct what is marked and send it again."),
        fields={"firm": str(wrong)},
    )


def firm_label(firm: Firm) -> str:
    return f"{firm.name} ({firm.credit_code})"


def firm_chosen(code: str, *, actor: Actor) -> str:
    """The firm of a code as it stands in the form; empty where the actor sees none."""
    firm = _firms_seen(actor).filter(credit_code=code).first() if code else None
    return firm_label(firm) if firm else ""


def _firms_seen(actor: Actor) -> QuerySet[Firm]:
    """Firms, each under the code that it is read by, in the places the actor sees."""
    actor.require("statistics.decide")
    firms, seen = Firm.objects.filter(merged_into=None), areas_seen(actor)
    if seen is None:
        return firms
    places = Q(area__in=seen)
    for area, _slash, park in (place.partition("/") for place in seen if "/" in place):
        places |= Q(area=area, park=park)
    return firms.filter(places)


def coefficients_seen(actor: Actor) -> QuerySet[Coefficient]:
    actor.require("statistics.decide")
    seen = areas_seen(actor)
    if seen is None:
        return Coefficient.objects.all()
    return Coefficient.objects.filter(Q(firm=None) | Q(firm__area__in=seen))


def coefficients_to_decide(actor: Actor) -> QuerySet[Coefficient]:
    """Those that wait and that the actor may decide: of whole classes only who sees every firm."""
    waiting = coefficients_seen(actor).filter(state=Coefficient.State.PROPOSED)
    return waiting if areas_seen(actor) is None else waiting.exclude(firm=None)
