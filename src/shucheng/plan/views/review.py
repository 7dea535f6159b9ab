"""The review: text and items side by side, one decision at a time."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from shucheng.kernel.public import Conflict, Invalid, NotFound, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.plan.actions import review as actions
from shucheng.plan.models import Item, ItemKind
from shucheng.plan.queries import versions as queries
from shucheng.plan.queries.difference import difference as version_difference
from shucheng.plan.queries.plans import filing
from shucheng.plan.views.back import posted_only, to_review
from shucheng.plan.views.faster import somebody_was_faster


@require_GET
def review(request: HttpRequest, version_id: int) -> HttpResponse:
    """`?item=t5` opens the editor of an item, for whoever has no scripts."""
    opened = request.GET.get("item", "")
    return _review(request, version_id, request.GET.get("tab", ""), {"opened": opened})


def _review(
    request: HttpRequest, version_id: int, tab: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The whole page; `context` says which item is open, what was typed and what is wrong."""
    found = queries.review(version_id, tab, actor=actor_for(request))
    version = found.version
    known = {
        "review": found,
        "version": version,
        "filed": filing(version, actor=actor_for(request)),
    }
    return render(request, "plan/review.html", {**known, **context}, status=status)


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
    if not request.htmx:  # type: ignore[attr-defined]
        place = f"?tab={item.kind}&item={item.ref}#{item.ref}"
        return redirect(reverse("plan:review", args=[item.version_id]) + place)
    return render(request, "plan/item.html", {"item": item, "editing": True})


@require_GET
def show_item(request: HttpRequest, item_id: int) -> HttpResponse:
    item = queries.item_for(item_id, actor=actor_for(request))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(_place(item))
    return render(request, "plan/item.html", {"item": item})


def _to_item(request: HttpRequest, item_id: int, **_decision: str) -> str:
    return _place(queries.item_for(item_id, actor=actor_for(request)))


@posted_only(_to_item)
def decide(request: HttpRequest, item_id: int, decision: str) -> HttpResponse:
    actor = actor_for(request)
    revision = _whole(request, "revision")
    note = request.POST.get("note", "")
    try:
        match decision:
            case "accept":
                actions.accept_item(item_id, revision, actor=actor)
            case "reject":
                actions.reject_item(item_id, revision, note, actor=actor)
            case "reopen":
                actions.reopen_item(item_id, revision, actor=actor)
            case "correct":
                actor.require("plan.manage")
                changes = _changes(queries.item_for(item_id, actor=actor).kind, request)
                actions.correct_item(item_id, revision, changes, note, actor=actor)
            case _unknown:
                raise NotFound(_("This decision"))
    except (Conflict, Invalid) as error:
        return _refused(request, item_id, error)
    item = queries.item_for(item_id, actor=actor)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "plan/item.html", {"item": item})
    return redirect(_place(item))


def _refused(request: HttpRequest, item_id: int, error: Conflict | Invalid) -> HttpResponse:
    """The item as it is now: with the form as it was sent, or with what somebody else decided."""
    item = queries.item_for(item_id, actor=actor_for(request))
    context: dict[str, Any] = {
        "opened": item.ref if isinstance(error, Invalid) else "",
        "stale": item.ref if isinstance(error, Conflict) else "",
        "typed": request.POST.dict(),
        "errors": error.fields if isinstance(error, Invalid) else {},
        "error": error,
    }
    if request.htmx:  # type: ignore[attr-defined]
        context |= {"item": item, "editing": bool(context["opened"])}
        return render(request, "plan/item_refused.html", context, status=error.status)
    return _review(request, item.version_id, item.kind, context, status=error.status)


def _place(item: Item) -> str:
    """Where an item stands in the review."""
    return reverse("plan:review", args=[item.version_id]) + f"?tab={item.kind}#{item.ref}"


@posted_only(to_review)
def add(request: HttpRequest, version_id: int) -> HttpResponse:
    # Not "kind": a target has a field of that name.
    kind = request.POST.get("item", "")
    span = (_number(request, "span_start"), _number(request, "span_end"))
    try:
        item = actions.add_item(
            version_id,
            kind,
            _changes(kind, request),
            span,
            quote=request.POST.get("quote", ""),
            actor=actor_for(request),
        )
    except Conflict as error:
        return somebody_was_faster(request, version_id, error)
    except Invalid as error:
        context = {
            "adding": True,
            "typed": request.POST.dict(),
            "errors": error.fields,
            "error": error,
        }
        return _review(request, version_id, kind, context, status=error.status)
    return redirect(_place(item))


@posted_only(to_review)
def accept_open(request: HttpRequest, version_id: int) -> HttpResponse:
    kind = request.POST.get("kind", "")
    try:
        actions.accept_open_items(
            version_id,
            kind,
            expected=whole_number(request.POST.get("expected", "")),
            actor=actor_for(request),
        )
    except Conflict as error:
        return somebody_was_faster(request, version_id, error)
    return redirect(reverse("plan:review", args=[version_id]) + (f"?tab={kind}" if kind else ""))


def _to_finding(request: HttpRequest, finding_id: int) -> str:
    finding = queries.finding_for(finding_id, actor=actor_for(request))
    place = f"?tab=findings#finding-{finding.pk}"
    return reverse("plan:review", args=[finding.version_id]) + place


@posted_only(_to_finding)
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
    "unit_sure",
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


def _number(request: HttpRequest, name: str) -> int:
    """A number that scripts fill in; nought where there are none."""
    return whole_number(request.POST.get(name, "")) or 0


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
