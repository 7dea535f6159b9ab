"""The bay over HTTP: what its pages show and do, for programs."""

from ninja import Router

from shucheng.bays.data.api import market

router = Router(tags=["data"])
router.add_router("", market.router)
