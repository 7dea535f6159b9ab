"""The bay over HTTP: what its pages show and do, for programs."""

from ninja import Router

from shucheng.bays.data.api import authority, delivering, evidence, grading, market

router = Router(tags=["data"])
for each in (authority, delivering, evidence, grading, market):
    router.add_router("", each.router)
from shucheng.bays.data.api import authority, catalogue, delivering, evidence, grading

router = Router(tags=["data"])
router.add_router("", catalogue.router)
for each in (authority.router, delivering.router, evidence.router, grading.router):
    router.add_router("", each)
