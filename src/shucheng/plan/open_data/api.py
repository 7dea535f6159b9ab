"""SDMX over HTTP, after the SDMX REST API 2.0 (https://github.com/sdmx-twg/sdmx-rest).

`/sdmx/data/dataflow/{agency}/{flow}/{version}/{key}` and `/sdmx/structure/{kind}/{agency}/{name}`.
A key names a code of each dimension with dots between them (frequency, indicator, area), several
with commas, all with `*`: `M.core-revenue,core-value-added.*`. Of content negotiation there is
CSV where the `Accept` header (or `?format=csv`) asks for it, else JSON.
"""

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router

from shucheng.kernel.public import Actor, ApiAuth, Invalid, NotFound, actor_for
from shucheng.lib.periods import Period, PeriodInvalid
from shucheng.lib.sdmx.model import ANY, KINDS
from shucheng.plan.open_data import queries
from shucheng.plan.open_data.asking import day_of, kept, same, tag_of
from shucheng.plan.open_data.engine import names
from shucheng.plan.open_data.engine.messages import flow_of
from shucheng.plan.open_data.engine.model import DataSet, Series
from shucheng.plan.open_data.files import FORMATS

VERSIONS = ANY | {"~", "+", "latest", names.VERSION}


def open_to_all(request: HttpRequest) -> Actor | None:
    """Nobody needs a token where the setting opens the data."""
    return actor_for(request) if settings.OPEN_DATA else None


router = Router(tags=["sdmx"], auth=[*ApiAuth, open_to_all])


@router.get("/data/dataflow/{agency}/{flow}")
def flow(
    request: HttpRequest, agency: str, flow: str, as_of: str = "", format: str = ""
) -> HttpResponse:
    """All released series; `as_of` gives what was known on a day."""
    return _data(request, agency, flow, "*", "*")


@router.get("/data/dataflow/{agency}/{flow}/{version}/{key}")
def data(
    request: HttpRequest,
    agency: str,
    flow: str,
    version: str,
    key: str,
    startPeriod: str = "",  # noqa: N803 - as the standard names it
    endPeriod: str = "",  # noqa: N803
    as_of: str = "",
    format: str = "",
) -> HttpResponse:
    """The released series that a key names, between two periods."""
    return _data(request, agency, flow, version, key, startPeriod, endPeriod)


@router.get("/structure/{kind}/{agency}/{name}")
def structure(request: HttpRequest, kind: str, agency: str, name: str) -> HttpResponse:
    """The data flow with its structure, concepts and code lists, whichever of them is asked."""
    found = queries.published(actor=actor_for(request), as_of=day_of(request))
    if (
        kind not in KINDS | ANY
        or agency not in {found.agency, *ANY}
        or name not in flow_of(found).parts | ANY
    ):
        raise NotFound(_("The structure"))
    wanted = FORMATS["structure"]
    return kept(HttpResponse(wanted.write(found), content_type=wanted.media))


def _data(
    request: HttpRequest,
    agency: str,
    flow: str,
    version: str,
    key: str,
    first: str = "",
    last: str = "",
) -> HttpResponse:
    actor = actor_for(request)
    queries.require_open(actor)
    as_of = day_of(request)
    wanted = FORMATS["sdmx-csv" if _asks_for_csv(request) else "sdmx-json"]
    tag = tag_of(wanted.name, agency, flow, version, key, first, last, queries.state(as_of))
    if same(request, tag):
        return kept(HttpResponse(status=304), tag)
    found = queries.published(actor=actor, as_of=as_of)
    if (
        agency not in {found.agency, *ANY}
        or flow not in {names.FLOW, *ANY}
        or version not in VERSIONS
    ):
        raise NotFound(_("The data flow"))
    found = _chosen(found, key, first, last)
    return kept(HttpResponse(wanted.write(found), content_type=wanted.media), tag)


def _chosen(data: DataSet, key: str, first: str, last: str) -> DataSet:
    parts = key.split(".") if key not in ANY else ["*"] * len(names.DIMENSIONS)
    if len(parts) != len(names.DIMENSIONS):
        raise Invalid(
            "sdmx.key",
            _("A key has one part for each dimension, with dots between them."),
            _("Write frequency, indicator and area, such as M.core-revenue.*"),
        )
    asked = [set(part.replace("+", ",").split(",")) for part in parts]
    series = [
        _between(each, first, last)
        for each in data.series
        if all(
            codes & ANY or not any(codes) or code in codes
            for codes, code in zip(asked, each.key, strict=True)
        )
    ]
    return replace(data, series=tuple(each for each in series if each.values))


def _between(series: Series, first: str, last: str) -> Series:
    start, end = _period(first), _period(last)
    values = tuple(
        value
        for value in series.values
        if (start is None or Period.parse(value.period).end >= start.start)
        and (end is None or Period.parse(value.period).start <= end.end)
    )
    return replace(series, values=values)


def _period(text: str) -> Period | None:
    try:
        return Period.parse(text) if text else None
    except PeriodInvalid:
        raise Invalid(
            "sdmx.period",
            _("This is no period."),
            _("Write a period such as 2025, 2025-Q3, 2025-09."),
        ) from None


def _asks_for_csv(request: HttpRequest) -> bool:
    asked = request.GET.get("format") or request.headers.get("Accept", "")
    return "csv" in asked.lower()
