"""The board and the pages of items."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.kernel.public import Actor, Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.plan.supervision.actions.items import Source, edit_item, raise_item, raise_sub_items
from shucheng.plan.supervision.actions.proposing import accept_proposal
from shucheng.plan.supervision.engine.states import Party, State
from shucheng.plan.supervision.engine.titles import title_from
from shucheng.plan.supervision.forms import (
    DraftForm,
    SubItemsForm,
    carried_out,
    draft_facts,
    organisation_choices,
)
from shucheng.plan.supervision.models import Decision, SupervisionItem
from shucheng.plan.supervision.queries.items import ItemPage, board, find_item, item_page, sees_all
from shucheng.plan.supervision.queries.meetings import find_decision
from shucheng.plan.supervision.queries.points import find_point
from shucheng.plan.supervision.queries.proposals import Proposal, proposal_for, proposals

# What is being worked on may be broken down to others.
_SPLIT = (State.ISSUED, State.WORKING)
_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
def show_board(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    asked = {
        "state": request.GET.get("state", "open"),
        "light": request.GET.get("light", ""),
        "organisation": request.GET.get("organisation", ""),
    }
    found = board(
        actor=actor,
        state="" if asked["state"] == "all" else asked["state"],
        shown_light=asked["light"],
        organisation=whole_number(asked["organisation"]),
    )
    context = {
        "board": found,
        "asked": asked,
        "simulated": found.simulated,
        "organisations": organisation_choices() if sees_all(actor) else (),
        "sees_all": sees_all(actor),
        "may_raise": actor.may("supervision.raise"),
    }
    return render(request, "supervision/board.html", context)


@require_safe
def show_proposals(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    actor.require("supervision.view", 0)
    found = proposals(actor=actor)
    context = {
        "proposals": found,
        "simulated": any(each.simulated for each in found),
        "sees_all": True,
        "may_raise": actor.may("supervision.raise"),
    }
    return render(request, "supervision/proposals.html", context)


@require_safe
def show_item(request: HttpRequest, number: str) -> HttpResponse:
    return item_response(request, item_page(number, actor=actor_for(request)))


def item_response(
    request: HttpRequest, page: ItemPage, error: Conflict | Invalid | None = None
) -> HttpResponse:
    """The item as it is now; after a refusal with what was typed and what is wrong with it."""
    context: dict[str, Any] = {
        "page": page,
        "item": page.item,
        "simulated": page.item.simulated or bool(page.item.facts.get("simulated")),
        "may_split": page.state in _SPLIT and Party.OFFICE in page.parties,
        "error": error,
        "errors": error.fields if isinstance(error, Invalid) else {},
        "typed": request.POST.dict() if error else {},
        "tried": _tried(request) if error else "",
    }
    status = error.status if error else 200
    return render(request, "supervision/item.html", context, status=status)


def _tried(request: HttpRequest) -> str:
    """The move that was refused: its form keeps what was typed."""
    match = request.resolver_match
    return str(match.kwargs.get("move", "")) if match else ""


@require_safe
def show_paper(request: HttpRequest, number: str) -> HttpResponse:
    """督办单: the item as one sheet of paper."""
    page = item_page(number, actor=actor_for(request))
    context = {"page": page, "item": page.item, "simulated": page.item.simulated}
    return render(request, "supervision/paper.html", context)


@require_http_methods(_GET_OR_POST)
def new_item(request: HttpRequest) -> HttpResponse:
    """An item of one's own, a decision's (`?decision=`), a work point's (`?point=`)."""
    actor = actor_for(request)
    actor.require("supervision.raise")
    source, initial, context = _source(request, actor)
    form = DraftForm(request.POST or None, initial=initial)
    item = carried_out(form, lambda: raise_item(form.draft(), source=source, actor=actor))
    if item is not None:
        return _raised(request, item)
    status = 422 if form.is_bound else 200
    return render(request, "supervision/form.html", {"form": form, **context}, status=status)


def _source(request: HttpRequest, actor: Actor) -> tuple[Source, dict[str, Any], dict[str, Any]]:
    decision = whole_number(request.GET.get("decision", ""))
    if decision is not None:
        found: Decision = find_decision(decision, actor=actor)
        source = Source(origin=SupervisionItem.Origin.MEETING, decision=found)
        initial = {
            "title": title_from(found.text, 60),
            "demand": found.text,
            "lead": found.organisation_id,
            "deadline": found.deadline,
        }
        return source, initial, {"about": str(found.meeting)}
    point = whole_number(request.GET.get("point", ""))
    if point is not None:
        line = find_point(point, actor=actor)
        leads = [duty.organisation_id for duty in line.duties if duty.organisation_id]
        source = Source(origin=SupervisionItem.Origin.POINT, point=line.tracked)
        initial = {
            "title": title_from(line.point.text, 80),
            "demand": line.point.text,
            "lead": leads[0] if leads else None,
            "joint": leads[1:],
            "due_in": 20,
        }
        return source, initial, {"about": line.point.text}
    return Source(), {"due_in": 20}, {}


@require_http_methods(_GET_OR_POST)
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """From an indicator's light to a draft. `?area=` names a county; without it, the city."""
    actor = actor_for(request)
    area = request.GET.get("area", "")
    found = proposal_for(code, area, actor=actor)
    if found.item is not None and not found.may_raise:
        messages.info(request, _("This light has an open item already."))
        return redirect("supervision:item", found.item.number)
    form = DraftForm(request.POST or None, initial=_proposed(found))
    item = carried_out(form, lambda: accept_proposal(code, area, form.draft(), actor=actor))
    if item is not None:
        return _raised(request, item)
    context = {"form": form, "proposal": found, "facts": found.facts, "simulated": found.simulated}
    status = 422 if form.is_bound else 200
    return render(request, "supervision/form.html", context, status=status)


def _proposed(found: Proposal) -> dict[str, Any]:
    """A first wording that says only what the numbers say."""
    facts = found.facts
    known = {
        "name": facts["indicator"],
        "area": found.area_name,
        "period": facts["period"],
        "value": facts["value"],
        "unit": facts["unit"],
        "target": facts["target"],
        "expected": facts["expected"],
    }
    demand = [_("%(area)s, %(name)s, %(period)s: %(value)s %(unit)s.") % known]
    if facts["expected"] is not None:
        demand.append(_("By then %(expected)s %(unit)s were expected.") % known)
    if facts["target"] is not None:
        demand.append(_("The year's target is %(target)s %(unit)s.") % known)
    demand.append(_("State the reasons, say what will be done by when, and reach the path again."))
    return {
        "title": _("%(area)s: %(name)s is behind its path") % known,
        "demand": "".join(demand) if _joined() else " ".join(demand),
        "lead": found.lead.pk if found.lead else None,
        "joint": [each.pk for each in found.joint],
        "due_in": 20,
    }


def _joined() -> bool:
    """Chinese sentences follow one another without a space."""
    return (get_language() or "").startswith("zh")


@require_http_methods(_GET_OR_POST)
def new_sub_items(request: HttpRequest, number: str) -> HttpResponse:
    actor = actor_for(request)
    parent = find_item(number, actor=actor)
    actor.require("supervision.raise")
    initial = {"title": parent.title, "demand": parent.demand, "deadline": parent.deadline}
    form = SubItemsForm(request.POST or None, initial=initial)
    made = carried_out(
        form,
        lambda: raise_sub_items(number, form.draft(), form.cleaned_data["leads"], actor=actor),
    )
    if made is not None:
        messages.success(request, _("%(n)s sub-items were drafted.") % {"n": len(made)})
        return redirect("supervision:item", number)
    context = {"form": form, "parent": parent}
    status = 422 if form.is_bound else 200
    return render(request, "supervision/form.html", context, status=status)


@require_http_methods(_GET_OR_POST)
def change_draft(request: HttpRequest, number: str) -> HttpResponse:
    actor = actor_for(request)
    item = find_item(number, actor=actor)
    actor.require("supervision.raise")
    if item.state != State.DRAFT:
        return redirect("supervision:item", number)
    form = DraftForm(request.POST or None, initial=draft_facts(item))
    revision = whole_number(request.POST.get("revision", "")) or 0
    changed = carried_out(form, lambda: edit_item(number, revision, form.draft(), actor=actor))
    if changed is not None:
        return redirect("supervision:item", number)
    context = {"form": form, "item": item, "facts": item.facts, "simulated": item.simulated}
    status = 422 if form.is_bound else 200
    return render(request, "supervision/form.html", context, status=status)


def _raised(request: HttpRequest, item: SupervisionItem) -> HttpResponse:
    messages.success(request, _("Item %(number)s was drafted.") % {"number": item.number})
    return redirect(reverse("supervision:item", args=[item.number]))
