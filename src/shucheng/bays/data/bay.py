"""The data bay: public data from catalogue to authorised operation, product, trade and revenue."""

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.jobs import (
    APPEND_JOB,
    CHECK_JOB,
    GRADE_JOB,
    append_job,
    check_job,
    grade_job,
)
from shucheng.bays.data.permissions import PERMISSIONS
from shucheng.kernel.public import Bay, MenuEntry, Scheduled

BAY = Bay(
    code="data",
    name_zh="数据要素",
    name_en="Data",
    menu=(MenuEntry(_("Data elements"), "data:home", "data.view"),),
    permissions=PERMISSIONS,
    jobs={
        APPEND_JOB: append_job,
        CHECK_JOB: check_job,
        GRADE_JOB: grade_job,
    },
    schedule=(
        Scheduled(APPEND_JOB, every_minutes=1),
        Scheduled(CHECK_JOB, every_minutes=24 * 60),
        Scheduled(GRADE_JOB, every_minutes=24 * 60),
    ),
)
