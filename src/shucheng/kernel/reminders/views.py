"""Pages of reminders: one's own, what became of all, the robots."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.identity.forms import carried_out
from shucheng.kernel.reminders import queries
from shucheng.kernel.reminders.actions.own import (
    choose_preference,
    read_all_reminders,
    read_reminder,
)
from shucheng.kernel.reminders.actions.robots import add_robot, change_robot, note_trial
from shucheng.kernel.reminders.actions.rules import set_rule
from shucheng.kernel.reminders.engine.robots import Message
from shucheng.kernel.reminders.forms import PreferenceForm, RobotChangeForm, RobotForm, RuleForm
from shucheng.kernel.reminders.models import Sending
from shucheng.kernel.reminders.posting import said


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    preference = queries.own_preference(actor=actor)
    chosen = {"by_mail": preference.by_mail, "language": preference.language}
    return _own_page(request, PreferenceForm(initial=chosen))


@require_POST
def read(request: HttpRequest, sending_id: int) -> HttpResponse:
    """Mark it as read, and on to what it is about."""
    reminder = read_reminder(sending_id, actor=actor_for(request))
    here = {request.get_host()}
    if reminder.link and url_has_allowed_host_and_scheme(reminder.link, here):
        return redirect(reminder.link)
    return redirect("reminders:own")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    read_all_reminders(actor=actor_for(request))
    return redirect("reminders:own")


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    form = PreferenceForm(request.POST)
    if carried_out(form, lambda facts: choose_preference(**facts, actor=actor)) is None:
        return _own_page(request, form)
    messages.success(request, _("Reminders come as you chose."))
    return redirect("reminders:own")


@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    state = request.GET.get("state", "")
    context = {
        "reminders": queries.deliveries(actor=actor, state=state),
        "state": state,
        "states": Sending.State.choices,
        "mail_configured": settings.EMAIL_CONFIGURED,
        "may_manage": actor.may("reminders.manage_robots"),
    }
    return render(request, "reminders/deliveries.html", context)


@require_safe
def reminder(request: HttpRequest, reminder_id: int) -> HttpResponse:
    found = queries.reminder_with_deliveries(reminder_id, actor=actor_for(request))
    return render(request, "reminders/reminder.html", {"reminder": found})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    context = {"robots": queries.robots(actor=actor_for(request))}
    return render(request, "reminders/robots.html", context)


@sensitive_post_parameters("address", "secret")
@require_http_methods(["GET", "HEAD", "POST"])
def robot_new(request: HttpRequest) -> HttpResponse:
    actor = actor_for(request)
    actor.require("reminders.manage_robots")
    form = RobotForm(request.POST or None)
    if carried_out(form, lambda facts: add_robot(**facts, actor=actor)) is not None:
        messages.success(request, _("The robot was added. Have it say something now."))
        return redirect("reminders:robots")
    return render(request, "reminders/robot.html", {"form": form, "hosts": settings.ROBOT_HOSTS})


@sensitive_post_parameters("address", "secret")
@require_http_methods(["GET", "HEAD", "POST"])
def robot(request: HttpRequest, robot_id: int) -> HttpResponse:
    actor = actor_for(request)
    found = queries.find_robot(robot_id, actor=actor)
    form = RobotChangeForm(request.POST or None, robot=found)
    if carried_out(form, lambda facts: change_robot(robot_id, **facts, actor=actor)) is not None:
        messages.success(request, _("The robot was changed."))
        return redirect("reminders:robots")
    context = {"form": form, "robot": found, "hosts": settings.ROBOT_HOSTS}
    return render(request, "reminders/robot.html", context)


@require_POST
def robot_try(request: HttpRequest, robot_id: int) -> HttpResponse:
    """Have a robot say something now; outside of a transaction, since it may take a while."""
    actor = actor_for(request)
    found = queries.find_robot(robot_id, actor=actor)
    words = _("This is a test. Reminders for this group will come here.")
    failure = said(found, Message(_("Shucheng"), words))
    note_trial(robot_id, failure, actor=actor)
    if failure:
        messages.error(request, _("It was not taken: %(reason)s") % {"reason": _(failure)})
    else:
        messages.success(request, _("The messenger took it. Look into the group."))
    return redirect("reminders:robots")


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """When reporting reminds: shown to all, set by the plan office."""
    actor = actor_for(request)
    versions = queries.rule_versions("reporting", actor=actor)
    rule = queries.rule_in_force("reporting")
    shown = {
        "before": ", ".join(map(str, rule.before)),
        "late": ", ".join(map(str, rule.late)),
        "late_every": rule.late_every,
        "hour": rule.hour,
    }
    form = RuleForm(request.POST or None, initial=shown)
    if carried_out(form, lambda facts: set_rule("reporting", **facts, actor=actor)) is not None:
        messages.success(request, _("The rule holds from now on."))
        return redirect("reminders:rules")
    context = {
        "rule": rule,
        "versions": versions,
        "form": form,
        "may_set": actor.may("reminders.set_rules"),
    }
    return render(request, "reminders/rules.html", context)


def _own_page(request: HttpRequest, form: PreferenceForm) -> HttpResponse:
    actor = actor_for(request)
    unread = request.GET.get("unread") == "1"
    context = {
        "sendings": queries.own_reminders(actor=actor, unread=unread),
        "unread": unread,
        "count": queries.count_unread_reminders(actor),
        "form": form,
        "has_mail": queries.own_mail_address(actor=actor),
        "mail_configured": settings.EMAIL_CONFIGURED,
        "may_see_all": actor.may("reminders.view_deliveries"),
    }
    return render(request, "reminders/own.html", context)
