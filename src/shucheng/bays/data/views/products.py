"""The market's front page, a product, making one, offering it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.bays.data.actions.making import Recipe, ask_making, draft_product
from shucheng.bays.data.actions.offers import close_offer, open_offer
from shucheng.bays.data.actions.orders import place_order
from shucheng.bays.data.actions.products import move_product
from shucheng.bays.data.engine.ledger.prices import METERED
from shucheng.bays.data.models.market import Offer, Product
from shucheng.bays.data.queries.book import rights
from shucheng.bays.data.queries.inputs import input_of
from shucheng.bays.data.queries.limits import choices as limit_choices
from shucheng.bays.data.queries.limits import names_of_values
from shucheng.bays.data.queries.making import choices
from shucheng.bays.data.queries.market_words import BASES, MASKS, MODES, PURPOSES
from shucheng.bays.data.queries.offers import (
    ceiling_of,
    find_offer,
    holders_below,
    nearest,
)
from shucheng.bays.data.queries.parties import bureaux, names_of
from shucheng.bays.data.queries.products import find_product
from shucheng.bays.data.queries.products_pages import line_of, market_page, product_page
from shucheng.bays.data.queries.refusals import named
from shucheng.bays.data.views import market_forms as forms
from shucheng.bays.data.views.form_fields import codes_or_words
from shucheng.kernel.public import (
    Actor,
    Conflict,
    Invalid,
    NotFound,
    Organisation,
    actor_for,
    resolve_organisation,
)
from shucheng.lib.numbers import whole_number

Refusal = Conflict | Invalid | None


@require_safe
def market(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    page = market_page(request.GET, actor=actor)
    context = {
        "page": page,
        "query": urlencode(page.asked),
        "modes": MODES.items(),
        "purposes": PURPOSES.items(),
    }
    return render(request, "data/market.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def product(request: HttpRequest, code: str) -> HttpResponse:
    actor, error = actor_for(request), None
    version = request.GET.get("version", "")[:20]
    if request.method == "POST":
        sent, found = request.POST, find_product(code, version, actor=actor)
        try:
            if sent.get("event") == "run":
                ask_making(found.pk, actor=actor)
                messages.success(request, _("It runs in the background; this page shows the end."))
            else:
                move_product(
                    found.pk,
                    whole_number(sent.get("revision", "")) or 0,
                    sent.get("event", ""),
                    text=sent.get("text", ""),
                    grade=sent.get("grade", ""),
                    modes=sent.getlist("modes"),
                    actor=actor,
                )
                messages.success(request, _("The step is kept."))
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            return redirect(f"{request.path}?{urlencode({'version': found.version})}")
    page = product_page(code, version, actor=actor)
    context = {
        "page": page,
        "product": page.product,
        "modes": MODES.items(),
        "simulated": page.product.simulated,
        **_errors(request, error),
    }
    return render(request, "data/product.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """A new product, or with `of` the next version of one."""
    actor = actor_for(request)
    actor.require("data.operate")
    maker, today = _own_company(actor), timezone.localdate()
    of = find_product(request.GET["of"][:60], "", actor=actor) if request.GET.get("of") else None
    error: Refusal = None
    if request.method == "POST":
        try:
            made = _drafted(request, actor, maker, of)
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("The product is described."))
            return redirect("data:product", made.code)
    context = {
        "choices": choices(maker.code, today),
        "kinds": Product.Kind.choices,
        "maker": maker,
        "of": of,
        "dimensions": [(code, named(each)) for code, each in rights().dimensions.items()],
        "values": limit_choices(),
        "used": _used(request, of),
        **_errors(request, error, _typed_of(of)),
    }
    return render(request, "data/product_make.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def new_offer(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    found = find_product(code, request.GET.get("version", "")[:20], actor=actor)
    actor.require("data.operate", found.maker_id)
    error: Refusal = None
    columns = [column[0] for column in found.columns] if found.data else []
    if request.method == "POST":
        try:
            made = _offered(request, actor, found, columns)
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("The offer is open."))
            return redirect("data:offer", made.code)
    parties = _parties(found)
    context = {
        "product": found,
        "columns": found.columns if found.data else [],
        "values": limit_choices(),
        "purposes": PURPOSES.items(),
        "modes": [(code, MODES.get(code, code)) for code in map(str, found.modes)],
        "bases": [(each, BASES[each]) for each in METERED],
        "masks": MASKS,
        "grants": nearest(found),
        "ceiling": ceiling_of(found, timezone.localdate()),
        "parties": parties,
        "rows": _share_rows(request, found, parties),
        **_errors(request, error),
    }
    return render(request, "data/offer_make.html", context, status=error.status if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, code: str) -> HttpResponse:
    actor, error = actor_for(request), None
    found = find_offer(code, actor=actor)
    if request.method == "POST":
        sent = request.POST
        try:
            if sent.get("event") == "close":
                close_offer(code, whole_number(sent.get("revision", "")) or 0, actor=actor)
                messages.success(request, _("The offer is closed."))
                return redirect("data:offer", code)
            order = place_order(
                code,
                _buyer(actor),
                purpose=sent.get("purpose", ""),
                scenario=sent.get("scenario", ""),
                area=sent.get("area", "").strip()[:32],
                first=forms.day(sent, "first"),
                last=forms.day(sent, "last"),
                text=sent.get("text", ""),
                actor=actor,
            )
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("The order is placed."))
            return redirect("data:order", order.code)
    maker, line = found.product.maker_id, line_of(found)
    regions = names_of_values({"region": line.terms.regions})
    context = {
        "line": line,
        "regions": [(code, regions.get(code, code)) for code in line.terms.regions],
        "offer": found,
        "product": found.product,
        "parties": names_of({share[1] for share in found.shares}),
        "may_order": actor.may("data.buy")
        and found.state == Offer.State.OPEN
        and actor.organisation_id not in (None, maker),
        "may_close": found.state == Offer.State.OPEN
        and (actor.may("data.govern") or actor.may("data.operate", maker)),
        "today": timezone.localdate(),
        "simulated": found.simulated,
        **_errors(request, error),
    }
    return render(request, "data/offer.html", context, status=error.status if error else 200)


def _errors(
    request: HttpRequest, error: Refusal, typed: dict[str, object] | None = None
) -> dict[str, object]:
    return {
        "error": error,
        "errors": getattr(error, "fields", {}),
        "typed": request.POST.dict() if error else (typed or {}),
        "chosen": {name: request.POST.getlist(name) for name in request.POST} if error else {},
    }


def _own_company(actor: Actor) -> Organisation:
    found = Organisation.objects.filter(pk=actor.organisation_id or 0).first()
    if found is None:
        raise NotFound(_("The organisation"))
    return found


def _buyer(actor: Actor) -> int:
    return _own_company(actor).pk


def _drafted(
    request: HttpRequest, actor: Actor, maker: Organisation, of: Product | None
) -> Product:
    sent = request.POST
    uses = _used(request, None)
    meanings = {}
    for line in sent.get("meanings", "").splitlines():
        name, _colon, meaning = line.replace("：", ":").partition(":")
        if name.strip():
            meanings[name.strip()] = meaning.strip()
    recipe = Recipe(
        made_from=sent.getlist("made_from"),
        uses=uses,
        sql=sent.get("sql", ""),
        words=sent.get("words", ""),
        meanings=meanings,
    )
    made = draft_product(
        sent.get("title", ""),
        kind=sent.get("kind", ""),
        variety=sent.get("variety", ""),
        summary=sent.get("summary", ""),
        maker=maker.pk,
        recipe=recipe,
        code=of.code if of else "",
        actor=actor,
    )
    inputs = [input_of(code) for code in made.made_from]
    if recipe.sql.strip() and all(each and each.readable for each in inputs):
        ask_making(made.pk, actor=actor)
    return made


def _used(request: HttpRequest, of: Product | None) -> dict[str, list[str]]:
    """What was chosen or typed of each dimension, or what the last version said."""
    if request.method != "POST":
        return of.uses if of else {}
    return {
        name: codes_or_words("，".join(request.POST.getlist(f"use-{name}")))
        for name in rights().dimensions
    }


def _typed_of(of: Product | None) -> dict[str, object]:
    """The form of a next version holds what the last one said."""
    if of is None:
        return {}
    typed: dict[str, object] = {
        "title": of.title,
        "summary": of.summary,
        "kind": of.kind,
        "variety": of.variety,
        "made_from": of.made_from,
        "meanings": "\n".join(f"{name}: {meaning}" for name, _kind, meaning in of.columns),
    }
    for step in of.processing:
        typed["sql" if step["kind"] == "sql" else "words"] = step["text"]
    return typed


def _offered(request: HttpRequest, actor: Actor, found: Product, columns: list[str]) -> Offer:
    sent = request.POST
    quota = {name: forms.number(sent, f"quota-{name}") for name in ("calls", "rows", "size")}
    broker = resolve_organisation(sent.get("broker", "").strip()) if sent.get("broker") else None
    if sent.get("broker", "").strip() and broker is None:
        raise forms.wrong("broker", _("There is no such organisation."))
    return open_offer(
        found.pk,
        forms.terms(sent),
        plan=forms.plan(sent),
        shares=forms.shares(sent),
        shows=forms.shows(sent, columns),
        quota={name: value for name, value in quota.items() if value},
        epsilon=forms.epsilon(sent, "epsilon"),
        broker=broker.pk if broker else None,
        actor=actor,
    )


def _parties(found: Product) -> dict[str, str]:
    codes = {found.maker.code, *holders_below(found), *bureaux()}
    companies = Organisation.objects.filter(kind=Organisation.Kind.COMPANY)
    centres = Organisation.objects.filter(kind=Organisation.Kind.CENTRE)
    codes |= {each.code for each in (*companies, *centres)}
    return dict(sorted(names_of(codes).items(), key=lambda pair: pair[1]))


def _share_rows(
    request: HttpRequest, found: Product, parties: dict[str, str]
) -> list[tuple[str, str, str]]:
    """Role, party and percent of each row of the form."""
    sent = request.POST
    if sent:
        return list(
            zip(
                sent.getlist("share_role"),
                sent.getlist("share_party"),
                sent.getlist("share_percent"),
                strict=False,
            )
        )
    holders = sorted(holders_below(found)) or [""]
    rows = [("holder", each, "") for each in holders]
    rows += [("operator", found.maker.code, "")]
    offices = bureaux()
    platform = offices[0] if len(offices) == 1 else ""
    return [*rows, ("processor", "", ""), ("platform", platform, ""), ("broker", "", "")]
