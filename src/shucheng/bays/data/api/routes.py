"""The bay over HTTP: what its pages show and do, for programs."""

from ninja import Router

from shucheng.bays.data.api import authority, delivering, evidence, grading, market

router = Router(tags=["data"])
for each in (authority, delivering, evidence, grading, market):
    router.add_router("", each.router)
