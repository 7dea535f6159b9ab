"""Data as an asset."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.assets import describe_asset, note_event
from shucheng.bays.data.actions.assets_files import disclosure_file
from shucheng.bays.data.actions.settling_files import XLSX
from shucheng.bays.data.models.money import DataAsset
from shucheng.bays.data.queries import assets as queries
from shucheng.bays.data.views import market_forms as forms
from shucheng.kernel.public import Actor, Conflict, Invalid, NotFound, actor_for
from shucheng.lib.numbers import whole_number
from shucheng.lib.periods import Period, PeriodInvalid


@require_http_methods(["GET", "HEAD", "POST"])
def assets(request: HttpRequest) -> HttpResponse:
    """All that the actor keeps or may see; a new one is described here."""
    actor = actor_for(request)
    error: Conflict | Invalid | None = None
    if request.method == "POST":
        try:
            made = _described(request, actor, None)
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("The asset is described."))
            return redirect("data:asset", made.code)
    rows = list(queries.visible_assets(actor))
    month = Period.of(timezone.localdate(), "M")
    context = {
        "rows": [(each, queries.carrying(each, month)) for each in rows],
        "owners": queries.owners(actor),
        "may_keep": actor.organisation_id is not None
        and queries.keeps(actor, actor.organisation_id),
        "year": timezone.localdate().year,
        **_form(request, error, None),
    }
    return render(request, "data/assets.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def asset(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    row = queries.find_asset(code, actor=actor)
    error: Conflict | Invalid | None = None
    if request.method == "POST":
        sent = request.POST
        try:
            if sent.get("kind") == "describe":
                _described(request, actor, row)
            else:
                note_event(
                    code,
                    sent.get("kind", ""),
                    on=forms.day(sent, "on"),
                    fen=forms.fen(sent, "fen", optional=True),
                    item=sent.get("item", ""),
                    phase=sent.get("phase", ""),
                    text=sent.get("text", ""),
                    actor=actor,
                )
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("It is noted."))
            return redirect("data:asset", code)
    today = timezone.localdate()
    month = Period.of(today, "M")
    lines, found = queries.cost_lines(row), queries.recognition(row)
    hints = queries.hints_of(row, today)
    known = queries.rules()
    kind = queries.class_of(row)
    route = known.costs[kind].get(row.route)  # type: ignore[call-overload]
    context = {
        "asset": row,
        "recognition": found,
        "rules": queries.marked(found.rules),
        "lines": lines,
        "sums": queries.sums(lines),
        "charges": queries.charges_of(row, month)[-24:][::-1],
        "carrying": queries.carrying(row, month),
        "events": row.events.order_by("-on", "-id"),
        "hints": [(each.code, queries.marked(each.rules)) for each in hints.found],
        "unknown": hints.unknown,
        "items": queries.worded(route.items if route else {}, queries.ITEMS),
        "phases": queries.worded(route.phases if route else {}, queries.PHASES),
        "ends": queries.ENDS[kind],
        "may_keep": queries.keeps(actor, row.owner_id),
        "simulated": row.simulated,
        **_form(request, error, row),
    }
    return render(request, "data/asset.html", context, status=error.status if error else 200)


@require_safe
def tables(request: HttpRequest, owner: int) -> HttpResponse:
    """The two disclosure tables of a period."""
    actor, period = actor_for(request), _period(request.GET.get("period", ""))
    if owner not in {each.pk for each in queries.owners(actor)}:
        raise NotFound(_("The owner"))
    pages = [
        queries.disclosure(owner, each, period, actor=actor) for each in ("intangible", "inventory")
    ]
    context = {
        "pages": pages,
        "owner": pages[0].owner,
        "period": period,
        "simulated": any(page.simulated for page in pages),
    }
    return render(request, "data/asset_tables.html", context)


@require_safe
def tables_file(request: HttpRequest, owner: int) -> HttpResponse:
    actor, period = actor_for(request), _period(request.GET.get("period", ""))
    if owner not in {each.pk for each in queries.owners(actor)}:
        raise NotFound(_("The owner"))
    name, content = disclosure_file(owner, period, actor=actor)
    headers = {"Content-Disposition": content_disposition_header(True, name) or ""}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _described(request: HttpRequest, actor: Actor, row: DataAsset | None) -> DataAsset:
    sent = request.POST
    owner = row.owner_id if row else actor.organisation_id
    if owner is None:
        raise NotFound(_("The organisation"))
    return describe_asset(
        sent.get("title", ""),
        owner=owner,
        held_for=sent.get("held_for", ""),
        route=sent.get("route", ""),
        shown=sent.getlist("shown"),
        about=sent.get("about", ""),
        available=sent.get("available", ""),
        months=forms.number(sent, "months"),
        residual=forms.fen(sent, "residual", optional=True),
        code=row.code if row else "",
        revision=whole_number(sent.get("revision", "")) or 0,
        actor=actor,
    )


def _form(
    request: HttpRequest, error: Conflict | Invalid | None, row: DataAsset | None
) -> dict[str, object]:
    typed: dict[str, object] = {}
    shown: list[str] = row.shown if row else []
    if row:
        typed = {
            "title": row.title,
            "held_for": row.held_for,
            "route": row.route,
            "about": row.about,
            "available": row.available,
            "months": row.months or "",
            "residual": f"{row.residual / 100:.2f}" if row.residual else "",
        }
    if error:
        typed, shown = {**request.POST.dict()}, request.POST.getlist("shown")
    known = queries.rules()
    criteria = [(code, name) for code, name in queries.CRITERIA.items() if code != "accounting"]
    five = [
        (f"{queries.DEVELOPMENT}{code}", name)
        for code, name in queries.worded(known.conditions, queries.CONDITIONS).items()
    ]
    return {
        "held": DataAsset.Held.choices,
        "routes": queries.ROUTES.items(),
        "criteria": criteria,
        "five": five,
        "shown": shown,
        "typed": typed,
        "error": error,
        "errors": getattr(error, "fields", {}),
    }


def _period(text: str) -> Period:
    last_year = Period.of(timezone.localdate(), "A")
    try:
        found = Period.parse(text) if text else last_year
    except PeriodInvalid:
        return last_year
    return found if found.frequency in ("A", "S", "Q", "M") else last_year
