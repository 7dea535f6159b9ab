"""My account: language, organisation acted for, password, second factor, sessions, tokens."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from shucheng.kernel.errors import NotFound
from shucheng.kernel.identity import queries
from shucheng.kernel.identity.actions.people import sign_out_everywhere, update_person
from shucheng.kernel.identity.actions.roles import choose_acting
from shucheng.kernel.identity.actions.tokens import issue_token, revoke_token
from shucheng.kernel.identity.actors import (
    ACTING_SESSION_KEY,
    acting_choices,
    actor_for,
    current_memberships,
    has_second_factor,
    needs_second_factor,
)
from shucheng.kernel.identity.forms import OwnAccountForm, TokenForm, carried_out
from shucheng.kernel.identity.models import Person
from shucheng.lib.numbers import whole_number


@require_safe
def show_account(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def change_account(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    form = OwnAccountForm(request.POST)
    person = _person(request)
    if carried_out(form, lambda facts: update_person(person.pk, actor=actor, **facts)) is None:
        return _page(request, form=form)
    messages.success(request, _("Your account was changed."))
    return redirect("identity:account")


@require_POST
def act_for(request: HttpRequest) -> HttpResponse:
    """Act for another organisation that the person belongs to."""
    wanted = request.POST.get("membership", "")
    membership = choose_acting(whole_number(wanted) or 0, actor=actor_for(request))
    request.session[ACTING_SESSION_KEY] = membership.pk
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return redirect(target)
    return redirect("identity:account")


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else; this browser stays signed in."""
    person = sign_out_everywhere(_person(request).pk, actor=actor_for(request))
    update_session_auth_hash(request, person)
    UserSession.objects.create_from_request(request)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("identity:account")


@require_POST
@sensitive_variables("secret")
def add_token(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    form = TokenForm(request.POST, memberships=current_memberships(_person(request)))
    issued = carried_out(
        form,
        lambda facts: issue_token(
            facts["membership"],
            facts["name"],
            actor=actor,
            scope=facts["scope"],
            days=facts["days"],
        ),
    )
    if issued is None:
        return _page(request, token_form=form)
    token, secret = issued
    return render(request, "identity/token_issued.html", {"issued": token, "once": secret})


@require_safe
def download_own_data(request: HttpRequest) -> HttpResponse:
    """Everything stored about me, as a file."""
    response = JsonResponse(
        queries.own_data(actor=actor_for(request)), json_dumps_params={"ensure_ascii": False}
    )
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@require_POST
def end_token(request: HttpRequest, token_id: int) -> HttpResponse:
    revoke_token(token_id, actor=actor_for(request))
    messages.success(request, _("The token no longer works."))
    return redirect("identity:account")


def _page(
    request: HttpRequest,
    form: OwnAccountForm | None = None,
    token_form: TokenForm | None = None,
) -> HttpResponse:
    actor = actor_for(request)
    person = _person(request)
    held = current_memberships(person)
    initial = {
        "display_name": person.display_name,
        "email": person.email,
        "phone": person.phone,
        "language": person.language,
    }
    context = {
        "person": person,
        "form": form or OwnAccountForm(initial=initial),
        "choices": acting_choices(person),
        "held": held,
        "sessions": UserSession.objects.purge_and_list(person),
        "this_session": request.session.session_key,
        "tokens": queries.tokens_of(person.pk, actor=actor),
        "token_form": token_form or TokenForm(memberships=held),
        "has_second_factor": has_second_factor(person),
        "needs_second_factor": needs_second_factor(person),
    }
    return render(request, "identity/account.html", context)


def _person(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise NotFound(_("Your account"))
    return request.user
