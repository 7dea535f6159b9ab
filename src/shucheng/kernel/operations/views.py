"""Three addresses for machines: alive, ready, and how much."""

import secrets

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from shucheng.kernel.identity.network import client_address, within
from shucheng.kernel.operations.health import readiness
from shucheng.kernel.operations.metrics import exposition


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Nothing else is asked: a restart would not mend a lost database."""
    return _fresh(HttpResponse("ok\n", content_type="text/plain; charset=utf-8"))


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """This process can do its work; 503 with the reasons when it cannot."""
    reasons = [{"code": each.code, "message": each.message} for each in readiness()]
    document = {"ready": not reasons, "reasons": reasons}
    response = JsonResponse(
        document,
        status=503 if reasons else 200,
        json_dumps_params={"ensure_ascii": False},
    )
    return _fresh(response)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: from the configured networks, or with the token."""
    if not _may_scrape(request):
        return HttpResponseNotFound("not found\n", content_type="text/plain")
    return _fresh(HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST))


def _may_scrape(request: HttpRequest) -> bool:
    if within(client_address(request), settings.METRICS_NETWORKS):
        return True
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    token = settings.METRICS_TOKEN
    return bool(
        token
        and scheme.lower() == "bearer"
        and secrets.compare_digest(sent.strip().encode(), token.encode())
    )


def _fresh(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, no_store=True)
    return response
