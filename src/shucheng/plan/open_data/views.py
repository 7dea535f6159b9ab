"""Pages of open data: what is released, one indicator, downloads; and the decisions behind."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shucheng.kernel.public import Invalid, NotFound, actor_for
from shucheng.plan.open_data import queries
from shucheng.plan.open_data.actions import release_indicator, withdraw_indicator
from shucheng.plan.open_data.asking import day_of, kept, same, tag_of
from shucheng.plan.open_data.engine.model import DataSet, Indicator
from shucheng.plan.open_data.files import DESCRIPTIONS, FORMATS, Format
from shucheng.plan.open_data.forms import ReleaseForm
from shucheng.plan.open_data.models import LICENCES


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everything that is released, with what describes it."""
    actor = actor_for(request)
    data = queries.published(actor=actor, as_of=day_of(request))
    context = {
        **_page(request, data),
        "rows": [_row(data, each) for each in data.indicators],
        "may_release": actor.may("open_data.release"),
    }
    return render(request, "open_data/home.html", context)


@login_not_required
@require_safe
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """One released indicator: what it is, its newest values, its files."""
    data = queries.published(actor=actor_for(request), as_of=day_of(request), indicators=(code,))
    areas = {area.code: area for area in data.areas}
    context = {
        **_page(request, data),
        "indicator": data.indicators[0],
        "licence": dict(LICENCES).get(data.indicators[0].licence, ""),
        "series": [(areas[each.area], each, each.values[::-1][:12]) for each in data.series],
        "updated_at": max((each.updated_at for each in data.series), default=None),
        "may_release": actor_for(request).may("open_data.release"),
    }
    return render(request, "open_data/indicator.html", context)


@login_not_required
@require_safe
def download(request: HttpRequest, name: str) -> HttpResponse:
    """A file of everything or of one indicator (`?indicator=`), as known on a day (`?as_of=`)."""
    wanted = FORMATS.get(name)
    if wanted is None:
        raise NotFound(_("The format"))
    code = request.GET.get("indicator", "")
    return file_response(request, wanted, (code,) if code else ())


def file_response(
    request: HttpRequest, wanted: Format, indicators: tuple[str, ...] = ()
) -> HttpResponse:
    """The file with its tag; nothing where the caller has the same one already."""
    actor = actor_for(request)
    queries.require_open(actor)
    as_of = day_of(request)
    tag = tag_of(wanted.name, get_language() or "", ",".join(indicators), queries.state(as_of))
    if same(request, tag):
        return kept(HttpResponseNotModified(), tag)
    data = queries.published(actor=actor, as_of=as_of, indicators=indicators)
    response = HttpResponse(wanted.write(data), content_type=wanted.media)
    day = f"-{as_of}" if as_of else ""
    file_name = f"{'-'.join(indicators) or 'open-data'}{day}.{wanted.ending}"
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=file_name) or ""
    )
    return kept(response, tag)


@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    """Every indicator and what was decided about it."""
    found = queries.choices(actor=actor_for(request))
    context = {"choices": found, "english": get_language() == "en"}
    return render(request, "open_data/releases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_for(request)
    found = queries.choice(code, actor=actor)
    form = ReleaseForm(request.POST or None, release=found.release)
    if form.is_valid():
        try:
            release_indicator(code, **form.cleaned_data, actor=actor)
        except Invalid as error:
            for field, message in error.fields.items():
                form.add_error(field if field in form.fields else None, message)
        else:
            messages.success(request, _("The indicator is released."))
            return redirect("open_data:releases")
    context = {"choice": found, "form": form, "english": get_language() == "en"}
    return render(request, "open_data/release.html", context)


@require_POST
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    withdraw_indicator(code, reason=request.POST.get("reason", ""), actor=actor_for(request))
    messages.success(request, _("The indicator is withdrawn."))
    return redirect("open_data:releases")


def _page(request: HttpRequest, data: DataSet) -> dict[str, object]:
    return {
        "data": data,
        "as_of": data.as_of,
        "query": f"as_of={data.as_of}" if data.as_of else "",
        "english": get_language() == "en",
        "formats": [each for each in FORMATS.values() if each.name not in DESCRIPTIONS],
        "descriptions": [FORMATS[name] for name in DESCRIPTIONS],
        "simulated": data.simulated,
        "open": settings.OPEN_DATA,
    }


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: an indicator, how many series it has, its newest period."""

    indicator: Indicator
    series: int
    period: str
    updated_at: datetime | None


def _row(data: DataSet, facts: Indicator) -> Row:
    series = [each for each in data.series if each.indicator == facts.code]
    periods = [each.values[-1].period for each in series]
    updated_at = max((each.updated_at for each in series), default=None)
    return Row(facts, len(series), max(periods, default=""), updated_at)
