"""The bay over HTTP: what its pages show and do, for programs."""

from ninja import Router

from shucheng.bays.data.api import authority

router = Router(tags=["data"])
router.add_router("", authority.router)
