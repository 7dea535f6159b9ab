"""The bay over HTTP: what its pages show and do, for programs."""

from ninja import Router

from shucheng.bays.data.api import authority, catalogue, delivering, evidence, grading, market

router = Router(tags=["data"])
for each in (
    authority.router,
    catalogue.router,
    delivering.router,
    evidence.router,
    grading.router,
    market.router,
):
    router.add_router("", each)
