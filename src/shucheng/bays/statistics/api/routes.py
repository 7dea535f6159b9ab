"""The bay over HTTP: what its pages show and do, for programs."""

from ninja import Router

from shucheng.bays.statistics.api import batches, firms, indexes, tables

router = Router(tags=["statistics"])
for each in (firms.router, batches.router, tables.router, indexes.router):
    router.add_router("", each)
