"""The buttons of an item's page, and lists taken along."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shucheng.kernel.public import Actor, Conflict, Invalid, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.lib.tables import write_rows
from shucheng.plan.supervision.actions import moves
from shucheng.plan.supervision.actions.exporting import export_items
from shucheng.plan.supervision.forms import uploads
from shucheng.plan.supervision.models import SupervisionItem
from shucheng.plan.supervision.queries.items import item_page
from shucheng.plan.supervision.queries.scores import scores
from shucheng.plan.supervision.templatetags.supervision_text import clock_text
from shucheng.plan.supervision.views.items import item_response
from shucheng.plan.supervision.words import DEEDS, LIGHT_LABELS, STATE_LABELS
from shucheng.plan.views.back import posted_only


def _to_item(_request: HttpRequest, number: str, **_move: str) -> str:
    return reverse("supervision:item", args=[number])


@posted_only(_to_item)
def move(request: HttpRequest, number: str, move: str) -> HttpResponse:
    actor = actor_for(request)
    try:
        _carry_out(request, number, move, actor)
    except (Conflict, Invalid) as error:
        return item_response(request, item_page(number, actor=actor), error)
    page = item_page(number, actor=actor)
    done = {"deed": DEEDS[move], "step": page.next_step}
    told = _("%(deed)s.") if page.item.is_final else _("%(deed)s. Next step: %(step)s")
    messages.success(request, told % done)
    return redirect("supervision:item", number)


def _carry_out(request: HttpRequest, number: str, move: str, actor: Actor) -> SupervisionItem:
    text = request.POST.get("text", "")
    revision = whole_number(request.POST.get("revision", ""))
    known = -1 if revision is None else revision
    until = _day(request.POST.get("until", ""))
    acts: dict[str, Callable[[], SupervisionItem]] = {
        "issue": lambda: moves.issue_item(number, known, until, actor=actor),
        "send_back": lambda: moves.send_back(number, known, text, actor=actor),
        "ask_extension": lambda: moves.ask_extension(
            number, known, until, text, files=uploads(request), actor=actor
        ),
        "grant_extension": lambda: moves.grant_extension(number, known, until, text, actor=actor),
        "refuse_extension": lambda: moves.refuse_extension(number, known, text, actor=actor),
    }
    if move in acts:
        return acts[move]()
    return moves.move_item(
        number,
        None if move in moves.SIDE_BY_SIDE else known,
        move,
        text=text,
        files=uploads(request),
        actor=actor,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_safe
def show_scores(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    found = scores(actor=actor, year=whole_number(request.GET.get("year", "")))
    context = {
        "scores": found,
        "simulated": found.simulated,
        "sees_all": actor.may("supervision.view", 0),
    }
    return render(request, "supervision/scores.html", context)


@require_safe
def items_csv(request: HttpRequest) -> HttpResponse:
    """Every item one may see, as a table; what a spreadsheet would take for a formula is text."""
    lines = export_items("csv", actor=actor_for(request))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"supervision-{timezone.localdate():%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")  # spreadsheet programs then read it as UTF-8
    rows: list[list[str]] = [
        [
            _("Number"),
            _("Title"),
            _("Lead organisation"),
            _("Joint organisations"),
            _("State"),
            _("Issued on"),
            _("Deadline"),
            _("Light of the deadline"),
            _("Clock"),
            _("Closed on"),
            _("Simulated"),
        ]
    ]
    for line in lines:
        item = line.item
        row = [
            item.number,
            item.title,
            item.lead.label,
            _(", ").join(helper.label for helper in line.joint),
            STATE_LABELS[item.state],
            item.issued_on or "",
            item.deadline or "",
            LIGHT_LABELS[line.light],
            clock_text(line),
            item.closed_on or "",
            _("yes") if item.simulated else "",
        ]
        rows.append([str(cell) for cell in row])
    write_rows(response, rows)
    return response
