"""The bay's first page."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shucheng.bays.statistics.actions.measuring import ask_measuring
from shucheng.bays.statistics.queries.choices import period_words
from shucheng.bays.statistics.queries.overview import overview
from shucheng.bays.statistics.queries.seeing import areas_seen
from shucheng.bays.statistics.queries.waiting import waiting
from shucheng.kernel.public import Actor, actor_for


@dataclass(frozen=True, slots=True)
class Way:
    """A page to go on to, and what stands there."""

    address: str
    name: str
    text: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    found = overview(actor=actor)
    title = _("Core industries of the digital economy")
    context = {
        "found": found,
        "core_title": f"{title} · {period_words(found.told)}" if found.told else title,
        "waiting": waiting(found.newest, actor=actor),
        "ways": tuple(_ways(actor)),
        "sees_all": areas_seen(actor) is None,
        "simulated": found.simulated,
    }
    return render(request, "statistics/home.html", context)


@require_POST
def measure(request: HttpRequest) -> HttpResponse:
    ask_measuring(actor=actor_for(request))
    messages.success(
        request, _("The figures are measured anew; the cockpit shows them in minutes.")
    )
    return redirect("statistics:home")


def _ways(actor: Actor) -> Iterator[Way]:
    for page, name, text, right in (
        ("accounts", _("Economic accounts"),
         _("Revenue, value added, people and R&D by class, area and size."), ""),
        ("growth", _("Growth"),
         _("Nominal beside comparable scope, and where the change comes from."), ""),
        ("industries", _("Industries of the plan"),
         _("What the industries the plan names earn, and what they share."), ""),
        ("indexes", _("Indexes"), _("Who is ahead, how firm the rank is, and why."), ""),
        ("ladder", _("Ladder of firms"),
         _("Who stands on which rung, who is one step short, and of what."), ""),
        ("prospects", _("Firms to be won"),
         _("Stage, next action and day of each, late ones marked."), "win"),
        ("firms", _("Register of firms"),
         _("Every firm with what it reported, its honours and its history."), "firms"),
        ("publications", _("Publications"),
         _("Tables that left the bay, proved to give no firm away."), ""),
        ("batches", _("Imports"),
         _("Register, returns, honours and facts from files, with a dry run."),
         "import"),
        ("coefficients", _("Coefficients"),
         _("How much of a firm counts where a class counts in part."), "decide"),
        ("duplicates", _("Duplicates"),
         _("Registrations that may be one firm, to be decided."), "decide"),
    ):  # fmt: skip
        if not right or actor.may(f"statistics.{right}"):
            yield Way(reverse(f"statistics:{page}"), name, text)
