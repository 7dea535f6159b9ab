"""Pages of notices: telling those affected, and reading what one was told."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from shucheng.kernel.identity import queries
from shucheng.kernel.identity.actions.notices import PARTS, confirm_notice, tell_affected
from shucheng.kernel.identity.actors import actor_for
from shucheng.kernel.identity.forms import NoticeForm, carried_out
from shucheng.kernel.identity.models import NoticeDelivery

LIGHTS = {"waiting": "late", "sent": "good", "failed": "bad", "shown": "watch", "read": "good"}


@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, number: str) -> HttpResponse:
    actor = actor_for(request)
    actor.require("identity.handle_cases")
    case = queries.find_case(number)
    form = NoticeForm(request.POST or None)
    told = carried_out(
        form,
        lambda facts: tell_affected(
            number, facts["recipients"], {name: facts[name] for name in PARTS}, actor=actor
        ),
    )
    if told is not None:
        return redirect("identity:notices", number)
    notices = [
        (notice, [(each, _who(each), LIGHTS[each.state]) for each in notice.deliveries.all()])
        for notice in queries.notices_of(case, actor=actor)
    ]
    context = {"case": case, "form": form, "notices": notices}
    return render(request, "identity/notices.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Opening it changes nothing; the person says that they read it."""
    actor = actor_for(request)
    if request.method == "POST":
        confirm_notice(delivery_id, actor=actor)
        return redirect("identity:notice", delivery_id)
    delivery = queries.own_notice(delivery_id, actor=actor)
    return render(request, "identity/notice.html", {"delivery": delivery})


def _who(delivery: NoticeDelivery) -> str:
    return str(delivery.person) if delivery.person else queries.masked(delivery.address)
