"""The data bay: public data from catalogue to authorised operation, product, trade and revenue."""

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.jobs import JOBS, SCHEDULE
from shucheng.bays.data.metrics import FIGURES
from shucheng.bays.data.permissions import PERMISSIONS
from shucheng.kernel.public import Bay, MenuEntry

BAY = Bay(
    code="data",
    name_zh="数据要素",
    name_en="Data",
    menu=(MenuEntry(_("Data elements"), "data:home", "data.view"),),
    permissions=PERMISSIONS,
    metrics=tuple(figure.definition for figure in FIGURES),
    jobs=JOBS,
    schedule=SCHEDULE,
)
