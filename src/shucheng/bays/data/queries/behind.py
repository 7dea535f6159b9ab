"""What stands behind a figure that the bay told the spine, and the figure beside a reported one."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shucheng.kernel.public import Actor, Behind, Observation, line_to, measured_beside

# Figure → the page that shows what it counts, and what that is.
_PAGES: dict[str, tuple[str, str | Promise]] = {
    "data.turnover": ("data:market_figures", gettext_lazy("Settled trades counted")),
    "data.varieties": ("data:market", gettext_lazy("Products on offer counted")),
    "data.datasets": ("data:certificates", gettext_lazy("Certificates counted")),
    "data.authorised_index": ("data:authorised_index", gettext_lazy("Definition of the index")),
    "data.supply": ("data:requests", gettext_lazy("Requests filed, and supplied")),
}


def tell_behind_figures(observation: Observation, *, actor: Actor) -> Iterator[Behind]:
    """Of the bay's own figure what it counts; beside a reported one what the platform measured."""
    if observation.lineage.get("bay") == "data":
        metric = observation.metric_version.metric
        page = _PAGES.get(metric.figure or metric.code)
        if page:
            yield Behind(str(page[1]), _counted(observation), reverse(page[0]))
    elif found := measured_beside(observation, "data"):
        yield line_to(found, _("Measured on the platform"))


def _counted(observation: Observation) -> str:
    lineage = observation.lineage
    if "supplied" in lineage:
        return f"{lineage['asked']:,} / {lineage['supplied']:,}"
    return f"{lineage['count']:,}" if "count" in lineage else str(lineage.get("definition", ""))
