"""The joint conference: sessions, agenda, decisions, minutes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.kernel.public import Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.plan.supervision.actions.meetings import (
    AgendaChange,
    change_agenda,
    change_meeting,
    finish_decision,
    issue_minutes,
    prepare_meeting,
    record_decision,
)
from shucheng.plan.supervision.forms import (
    DecisionForm,
    MeetingForm,
    carried_out,
    meeting_facts,
)
from shucheng.plan.supervision.queries.meetings import (
    find_decision,
    meeting_page,
    meetings,
    open_decisions,
    suggested,
)
from shucheng.plan.views.back import posted_only

_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
def show_meetings(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    found = list(meetings(actor=actor))
    context = {
        "meetings": found,
        "open_decisions": open_decisions(),
        "simulated": any(meeting.simulated for meeting in found),
        "may_meet": actor.may("supervision.meet"),
        "sees_all": True,
    }
    return render(request, "supervision/meetings.html", context)


@require_http_methods(_GET_OR_POST)
def new_meeting(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    actor.require("supervision.meet")
    form = MeetingForm(request.POST or None, initial={"held_on": timezone.localdate()})
    made = carried_out(form, lambda: prepare_meeting(form.facts(), actor=actor))
    if made is not None:
        return redirect("supervision:meeting", made.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "suggested": suggested(timezone.localdate(), actor=actor)}
    return render(request, "supervision/meeting_form.html", context, status=status)


@require_safe
def show_meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    return _page(request, meeting_id)


def _page(request: HttpRequest, meeting_id: int, **more: Any) -> HttpResponse:
    page = meeting_page(meeting_id, actor=actor_for(request))
    error = more.get("error")
    context = {
        "page": page,
        "meeting": page.meeting,
        "form": MeetingForm(initial=meeting_facts(page.meeting)),
        "decision_form": DecisionForm(initial={"item": request.GET.get("item", "")}),
        "simulated": page.meeting.simulated,
        **more,
    }
    bound = more.get("decision_form") or more.get("form")
    status = error.status if error else 422 if bound is not None else 200
    return render(request, "supervision/meeting.html", context, status=status)


@require_safe
def show_minutes(request: HttpRequest, meeting_id: int) -> HttpResponse:
    page = meeting_page(meeting_id, actor=actor_for(request))
    context = {"page": page, "meeting": page.meeting, "simulated": page.meeting.simulated}
    return render(request, "supervision/minutes.html", context)


def _to_meeting(_request: HttpRequest, meeting_id: int) -> str:
    return reverse("supervision:meeting", args=[meeting_id])


@posted_only(_to_meeting)
def change(request: HttpRequest, meeting_id: int) -> HttpResponse:
    actor, revision = actor_for(request), _revision(request)
    form = MeetingForm(request.POST)
    try:
        changed = carried_out(
            form, lambda: change_meeting(meeting_id, revision, form.facts(), actor=actor)
        )
    except Conflict as error:
        return _page(request, meeting_id, error=error)
    if changed is None:
        actor.require("supervision.meet")
        return _page(request, meeting_id, form=form)
    return redirect("supervision:meeting", meeting_id)


@posted_only(_to_meeting)
def agenda(request: HttpRequest, meeting_id: int) -> HttpResponse:
    posted = request.POST
    positions, notes = {}, {}
    for name in posted:
        kind, _dash, key = name.partition("-")
        entry = whole_number(key)
        if entry is None:
            continue
        if kind == "position":
            positions[entry] = whole_number(posted[name]) or 0
        elif kind == "note":
            notes[entry] = posted[name]
    removed = [key for key in map(whole_number, posted.getlist("remove")) if key is not None]
    change = AgendaChange(positions, notes, removed, posted.get("added", ""))
    try:
        change_agenda(meeting_id, _revision(request), change, actor=actor_for(request))
    except (Conflict, Invalid) as error:
        return _page(request, meeting_id, error=error)
    return redirect(_to_meeting(request, meeting_id) + "#agenda")


@posted_only(_to_meeting)
def decide(request: HttpRequest, meeting_id: int) -> HttpResponse:
    actor, revision = actor_for(request), _revision(request)
    form = DecisionForm(request.POST)
    try:
        made = carried_out(
            form,
            lambda: record_decision(
                meeting_id,
                revision,
                form.cleaned_data["text"],
                form.cleaned_data["organisation"],
                form.cleaned_data["deadline"],
                item_number=form.cleaned_data["item"].strip(),
                actor=actor,
            ),
        )
    except Conflict as error:
        return _page(request, meeting_id, error=error)
    if made is None:
        actor.require("supervision.meet")
        return _page(request, meeting_id, decision_form=form)
    return redirect(_to_meeting(request, meeting_id) + "#decisions")


@posted_only(_to_meeting)
def issue(request: HttpRequest, meeting_id: int) -> HttpResponse:
    try:
        issue_minutes(meeting_id, _revision(request), actor=actor_for(request))
    except (Conflict, Invalid) as error:
        return _page(request, meeting_id, error=error)
    messages.success(request, _("The minutes are issued."))
    return redirect("supervision:minutes", meeting_id)


def _to_decision(request: HttpRequest, decision_id: int) -> str:
    decision = find_decision(decision_id, actor=actor_for(request))
    return reverse("supervision:meeting", args=[decision.meeting_id]) + "#decisions"


@posted_only(_to_decision)
def finish(request: HttpRequest, decision_id: int) -> HttpResponse:
    actor = actor_for(request)
    meeting_id = find_decision(decision_id, actor=actor).meeting_id
    back = whole_number(request.POST.get("back", "")) or meeting_id
    try:
        finish_decision(decision_id, request.POST.get("outcome", ""), actor=actor)
    except (Conflict, Invalid) as error:
        return _page(request, back, error=error)
    return redirect("supervision:meeting", back)


def _revision(request: HttpRequest) -> int:
    known = whole_number(request.POST.get("revision", ""))
    return -1 if known is None else known
