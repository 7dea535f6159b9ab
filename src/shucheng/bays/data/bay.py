"""The data bay: public data from catalogue to authorised operation, product, trade and revenue."""

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.jobs import (
    APPEND_JOB,
    MAKE_JOB,
    SETTLE_JOB,
    TURN_JOB,
    append_job,
    make_job,
    settle_job,
    turn_day_job,
)
from shucheng.bays.data.permissions import PERMISSIONS
from shucheng.kernel.public import Bay, MenuEntry, Scheduled

BAY = Bay(
    code="data",
    name_zh="数据要素",
    name_en="Data",
    menu=(MenuEntry(_("Data elements"), "data:home", "data.view"),),
    permissions=PERMISSIONS,
    jobs={APPEND_JOB: append_job, TURN_JOB: turn_day_job},
    schedule=(Scheduled(APPEND_JOB, every_minutes=1), Scheduled(TURN_JOB, every_minutes=60)),
    jobs={APPEND_JOB: append_job, MAKE_JOB: make_job, SETTLE_JOB: settle_job},
    schedule=(
        Scheduled(APPEND_JOB, every_minutes=1),
        Scheduled(SETTLE_JOB, every_minutes=1440),
    ),
)
