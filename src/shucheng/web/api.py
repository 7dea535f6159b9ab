"""The HTTP API: every room's router under one OpenAPI document at /api/v1/openapi.json."""

from importlib.metadata import version

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from shucheng.bays.data.api.routes import router as data_router
from shucheng.bays.statistics.api.routes import router as statistics_router
from shucheng.kernel.public import API_ROUTERS, ApiAuth, ShuchengError
from shucheng.plan.public import api_router as plan_router
from shucheng.plan.public import sdmx_router, supervision_router
from shucheng.web.middleware import problem

api = NinjaAPI(
    title="Shucheng 数城",
    version=version("shucheng"),
    description="A city's digital-economy plan as a running, measured programme.",
    auth=ApiAuth,
    urls_namespace="api",
    docs_url="/docs",
)


@api.exception_handler(ShuchengError)
def on_shucheng_error(request: HttpRequest, error: ShuchengError) -> HttpResponse:
    return problem(request, error)


for prefix, router in API_ROUTERS:
    api.add_router(prefix, router)
api.add_router("/plan", plan_router)
api.add_router("/supervision", supervision_router)
api.add_router("/sdmx", sdmx_router)
api.add_router("/statistics", statistics_router)
api.add_router("/data", data_router)
