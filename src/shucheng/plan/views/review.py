"""The review: text and items side by side, one decision at a time."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from shucheng.kernel.public import Invalid, NotFound, actor_for
from shucheng.plan.actions import review as actions
from shucheng.plan.models import ItemKind
from shucheng.plan.queries import versions as queries
from shucheng.plan.queries.difference import difference as version_difference


@require_GET
def review(request: HttpRequest, version_id: int) -> HttpResponse:
    actor = actor_for(request)
    found = queries.review(version_id, request.GET.get("tab", ""), actor=actor)
    return render(request, "plan/review.html", {"review": found, "version": found.version})


@require_GET
def difference(request: HttpRequest, version_id: int) -> HttpResponse:
    actor = actor_for(request)
    version = queries.version_for(version_id, actor=actor)
    found = version_difference(version, actor=actor)
    return render(request, "plan/difference.html", {"version": version, "difference": found})


@require_GET
def edit_item(request: HttpRequest, item_id: int) -> HttpResponse:
    """The item with its editor open."""
    item = queries.item_for(item_id, actor=actor_for(request))
    return render(request, "plan/item.html", {"item": item, "editing": True})


@require_GET
def show_item(request: HttpRequest, item_id: int) -> HttpResponse:
    item = queries.item_for(item_id, actor=actor_for(request))
    return render(request, "plan/item.html", {"item": item})


@require_POST
def decide(request: HttpRequest, item_id: int, decision: str) -> HttpResponse:
    actor = actor_for(request)
    revision = _whole(request, "revision")
    note = request.POST.get("note", "")
    match decision:
        case "accept":
            item = actions.accept_item(item_id, revision, actor=actor)
        case "reject":
            item = actions.reject_item(item_id, revision, note, actor=actor)
        case "reopen":
            item = actions.reopen_item(item_id, revision, actor=actor)
        case "correct":
            kind = queries.item_for(item_id, actor=actor).kind
            item = actions.correct_item(
                item_id, revision, _changes(kind, request), note, actor=actor
            )
        case _unknown:
            raise NotFound(_("This decision"))
    item = queries.item_for(item.pk, actor=actor)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(
            reverse("plan:review", args=[item.version_id]) + f"?tab={item.kind}#{item.ref}"
        )
    return render(request, "plan/item.html", {"item": item})


@require_POST
def add(request: HttpRequest, version_id: int) -> HttpResponse:
    # Not "kind": a target has a field of that name.
    kind = request.POST.get("item", "")
    span = (_whole(request, "span_start"), _whole(request, "span_end"))
    item = actions.add_item(
        version_id, kind, _changes(kind, request), span, actor=actor_for(request)
    )
    return redirect(reverse("plan:review", args=[version_id]) + f"?tab={kind}#{item.ref}")


@require_POST
def accept_open(request: HttpRequest, version_id: int) -> HttpResponse:
    kind = request.POST.get("kind", "")
    actions.accept_open_items(version_id, kind, actor=actor_for(request))
    return redirect(reverse("plan:review", args=[version_id]) + (f"?tab={kind}" if kind else ""))


@require_POST
def note_finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    finding = actions.note_finding(
        finding_id, request.POST.get("note", ""), actor=actor_for(request)
    )
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(reverse("plan:review", args=[finding.version_id]) + "?tab=findings")
    return render(request, "plan/finding.html", {"finding": finding, "may_note": True})


_TEXTS = (
    "subject",
    "comparator",
    "value",
    "unit",
    "kind",
    "name",
    "title",
    "category",
    "text",
    "action",
    "no",
    "number",
)
_LISTS = ("lead", "responsible")


def _changes(kind: str, request: HttpRequest) -> dict[str, Any]:
    """The form's fields as item data; what the form does not hold stays as it is."""
    posted = request.POST
    changes: dict[str, Any] = {name: posted[name] for name in _TEXTS if name in posted}
    for name in ("value_max", "year"):
        if name in posted:
            changes[name] = posted[name] or None
    for name in _LISTS:
        if name in posted:
            changes[name] = [
                entry for entry in posted[name].replace("，", "、").split("、") if entry.strip()
            ]
    if kind == ItemKind.INDICATOR:
        changes["targets"] = {
            name.removeprefix("target_"): posted[name]
            for name in posted
            if name.startswith("target_") and posted[name]
        }
    return changes


def _whole(request: HttpRequest, name: str) -> int:
    try:
        return int(request.POST[name])
    except (KeyError, ValueError):
        raise Invalid(
            "request.incomplete",
            _("The form came without “%(name)s”."),
            _("Reload the page and try again."),
            name=name,
        ) from None
