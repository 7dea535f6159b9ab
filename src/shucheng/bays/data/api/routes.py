"""The bay over HTTP: what its pages show and do, for programs."""

from ninja import Router

router = Router(tags=["data"])
