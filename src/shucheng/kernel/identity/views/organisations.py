"""Pages of organisations: the tree, one organisation, and changing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from shucheng.kernel.actor import Actor
from shucheng.kernel.identity import queries
from shucheng.kernel.identity.actions.organisations import (
    create_organisation,
    set_aliases,
    update_organisation,
)
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.identity.forms import OrganisationForm, carried_out
from shucheng.kernel.identity.models import Organisation


@require_safe
def list_organisations(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    branches = queries.organisation_tree(actor=actor)
    kind = request.GET.get("kind", "")
    words = request.GET.get("q", "").strip()
    if kind or words:
        branches = [branch for branch in branches if _fits(branch.organisation, kind, words)]
    context = {
        "branches": branches,
        "kinds": Organisation.Kind.choices,
        "kind": kind,
        "words": words,
        "may_manage": actor.may("identity.manage_organisations"),
    }
    return render(request, "identity/organisations.html", context)


@require_safe
def show_organisation(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    organisation = queries.find_organisation(code, actor=actor)
    may_see_people = actor.may("identity.view_people", organisation.pk)
    context = {
        "organisation": organisation,
        "may_manage": actor.may("identity.manage_organisations"),
        "memberships": queries.memberships_of(organisation.pk, actor=actor)
        if may_see_people
        else None,
    }
    return render(request, "identity/organisation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_organisation(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    actor.require("identity.manage_organisations")
    form = OrganisationForm(request.POST or None)
    created = carried_out(form, lambda facts: create_organisation(**facts_of(facts), actor=actor))
    if created is not None:
        messages.success(request, _("%(name)s was created.") % {"name": created.name})
        return redirect("identity:organisation", created.code)
    return render(request, "identity/organisation_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def change_organisation(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    actor.require("identity.manage_organisations")
    organisation = queries.find_organisation(code, actor=actor)
    form = OrganisationForm(request.POST or None, organisation=organisation)
    if carried_out(form, lambda facts: _change(code, facts_of(facts), actor)):
        messages.success(request, _("%(name)s was changed.") % {"name": organisation.name})
        return redirect("identity:organisation", code)
    context = {"form": form, "organisation": organisation}
    return render(request, "identity/organisation_form.html", context)


def facts_of(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "aliases": values["aliases"].splitlines()}


def _change(code: str, facts: dict[str, Any], actor: Actor) -> Organisation:
    aliases = facts.pop("aliases")
    facts.pop("code")
    update_organisation(code, actor=actor, **facts)
    return set_aliases(code, aliases, actor=actor)


def _fits(organisation: Organisation, kind: str, words: str) -> bool:
    texts = [organisation.code, organisation.name, organisation.full_name, organisation.name_en]
    texts.extend(alias.text for alias in organisation.aliases.all())
    wanted = words.casefold()
    return (not kind or organisation.kind == kind) and any(wanted in t.casefold() for t in texts)
