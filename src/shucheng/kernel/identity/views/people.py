"""Pages of people: the list, one person, and everything done to an account."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.errors import Invalid, NotFound
from shucheng.kernel.identity import queries
from shucheng.kernel.identity.actions import people as write
from shucheng.kernel.identity.actions.roles import end_role, grant_role, set_clearance
from shucheng.kernel.identity.actors import actor_for, has_second_factor
from shucheng.kernel.identity.forms import ExpiryForm, PersonForm, RoleForm, carried_out
from shucheng.kernel.identity.guard import minutes_locked
from shucheng.kernel.identity.last_days import last_day
from shucheng.kernel.identity.models import Membership, Person
from shucheng.kernel.identity.permissions import CLEARANCES

# What a button on a person's page does and what is said when it is done; passwords and contacts
# have pages of their own.
STEPS: dict[str, tuple[Callable[..., Person], Promise]] = {
    "deactivate": (write.deactivate_person, gettext_lazy("%(name)s: the account is deactivated.")),
    "reactivate": (write.reactivate_person, gettext_lazy("%(name)s: the account is open again.")),
    "force-password-change": (
        write.force_password_change,
        gettext_lazy("%(name)s must choose a new password at the next sign-in."),
    ),
    "reset-second-factor": (
        write.reset_second_factor,
        gettext_lazy(
            "%(name)s: the second factor is removed and is set up anew at the next sign-in."
        ),
    ),
    "unlock": (write.unlock_sign_in, gettext_lazy("%(name)s can sign in again.")),
    "sign-out-everywhere": (
        write.sign_out_everywhere,
        gettext_lazy("%(name)s is signed out everywhere."),
    ),
}


@require_safe
def list_people(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    words = request.GET.get("q", "").strip()
    context = {
        "people": queries.people(actor=actor, words=words),
        "words": words,
        "may_manage": actor.may("identity.manage_people"),
    }
    return render(request, "identity/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("password")
def add_person(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    actor.require("identity.manage_people")
    form = PersonForm(request.POST or None)
    created = carried_out(form, lambda facts: write.create_person(**facts, actor=actor))
    if created is None:
        return render(request, "identity/person_form.html", {"form": form})
    person, password = created
    context = {
        "person": person,
        "once": password,
        "is_new": True,
        "may_grant": queries.may_grant_roles(actor=actor),
    }
    return render(request, "identity/one_time_password.html", context)


@require_safe
def show_person(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = actor_for(request)
    return _page(request, actor, queries.find_person(person_id, actor=actor))


@require_POST
def take_step(request: HttpRequest, person_id: int, step: str) -> HttpResponse:
    actor = actor_for(request)
    if step not in STEPS:
        raise NotFound(_("This page"))
    carry_out, told = STEPS[step]
    messages.success(request, str(told) % {"name": carry_out(person_id, actor=actor)})
    return redirect("identity:person", person_id)


@require_POST
@sensitive_variables("password")
def reset_password(request: HttpRequest, person_id: int) -> HttpResponse:
    person, password = write.reset_password(person_id, actor=actor_for(request))
    return render(request, "identity/one_time_password.html", {"person": person, "once": password})


@require_POST
def set_expiry(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = actor_for(request)
    actor.require("identity.manage_people")
    form = ExpiryForm(request.POST)
    done = carried_out(
        form, lambda facts: write.set_expiry(person_id, facts["expires_at"], actor=actor)
    )
    if done is None:
        return _page(request, actor, queries.find_person(person_id, actor=actor), expiry=form)
    day = last_day(done.expires_at)
    messages.success(
        request,
        _("The account is good until %(day)s, that day included.") % {"day": day}
        if day
        else _("The account has no end."),
    )
    return redirect("identity:person", person_id)


@require_POST
def add_role(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = actor_for(request)
    person = queries.find_person(person_id, actor=actor)
    form = RoleForm(request.POST)
    granted = carried_out(form, lambda facts: _grant(person_id, facts, actor))
    if granted is None:
        return _page(request, actor, person, role=form)
    messages.success(request, _("The role was granted."))
    return redirect("identity:person", person_id)


@require_POST
def clear(request: HttpRequest, person_id: int) -> HttpResponse:
    person = set_clearance(person_id, request.POST.get("clearance", ""), actor=actor_for(request))
    told = _("%(name)s may open files up to “%(label)s”.")
    messages.success(request, told % {"name": person, "label": person.get_clearance_display()})
    return redirect("identity:person", person_id)


@require_POST
def finish_role(request: HttpRequest, membership_id: int) -> HttpResponse:
    ended = end_role(membership_id, actor=actor_for(request))
    messages.success(request, _("The role has ended."))
    return redirect("identity:person", ended.person_id)


@require_POST
def unmask(request: HttpRequest, person_id: int) -> HttpResponse:
    actor = actor_for(request)
    person = queries.find_person(person_id, actor=actor)
    contact = write.unmask_contact(person_id, request.POST.get("reason", ""), actor=actor)
    return _page(request, actor, person, contact=contact)


def _grant(person_id: int, facts: dict[str, object], actor: Actor) -> Membership:
    organisation = queries.resolve_organisation(str(facts["organisation"]))
    if organisation is None:
        message = _("No organisation goes by this name.")
        raise Invalid(
            "identity.organisation.unknown",
            message,
            _("Look it up on the page of organisations."),
            fields={"organisation": message},
        )
    return grant_role(
        person_id,
        organisation.pk,
        Role(str(facts["role"])),
        valid_to=facts["valid_to"],  # type: ignore[arg-type]
        actor=actor,
    )


def _page(
    request: HttpRequest,
    actor: Actor,
    person: Person,
    *,
    role: RoleForm | None = None,
    expiry: ExpiryForm | None = None,
    contact: tuple[str, str] | None = None,
) -> HttpResponse:
    context = {
        "person": person,
        "memberships": list(person.memberships.select_related("organisation")),
        "role_form": role or RoleForm(),
        "expiry_form": expiry or ExpiryForm(initial={"expires_at": person.expires_at}),
        "contact": contact,
        "masked": (queries.masked(person.email), queries.masked(person.phone)),
        "locked_minutes": minutes_locked(person.username),
        "has_second_factor": has_second_factor(person),
        "may_manage": actor.may("identity.manage_people"),
        "may_grant": queries.may_grant_roles(actor=actor),
        "may_clear": actor.may("identity.set_clearance"),
        "clearances": CLEARANCES,
        "may_unmask": actor.may("identity.view_contact"),
        "is_self": actor.person_id == person.pk,
    }
    return render(request, "identity/person.html", context)
