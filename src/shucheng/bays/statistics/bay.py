"""The statistics bay: the digital economy measured from the firms up."""

from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.jobs import (
    FIND_JOB,
    MEASURE_JOB,
    PUBLISH_JOB,
    READ_JOB,
    WRITE_JOB,
    find_job,
    measure_job,
    publish_job,
    read_job,
    write_job,
)
from shucheng.bays.statistics.metrics import FIGURES
from shucheng.kernel.public import GOVERNMENT, Bay, MenuEntry, Permission, Role, Scheduled

_ALL = GOVERNMENT - {Role.SERVICE}

BAY = Bay(
    code="statistics",
    name_zh="统计监测",
    name_en="Statistics",
    menu=(MenuEntry(_("Statistics"), "statistics:home", "statistics.view"),),
    permissions=(
        Permission("statistics.view", _("See accounts, indexes and the ladder"), roles=_ALL),
        Permission(
            "statistics.firms",
            _("See single firms and what they reported"),
            roles=frozenset({Role.PLAN_OFFICE}),
            own_organisation=frozenset({Role.REVIEWER, Role.LIAISON}),
        ),
        Permission(
            "statistics.import",
            _("Import firms, returns, honours and facts"),
            roles=frozenset({Role.PLAN_OFFICE}),
        ),
        Permission(
            "statistics.deliver",
            _("Send in files of the own county's firms by program"),
            own_organisation=frozenset({Role.SERVICE}),
        ),
        Permission(
            "statistics.decide",
            _("Approve coefficients, decide on duplicates"),
            roles=frozenset({Role.PLAN_OFFICE, Role.REVIEWER}),
        ),
        Permission(
            "statistics.define",
            _("Publish classifications, industries, indexes and rules"),
            roles=frozenset({Role.PLAN_OFFICE}),
        ),
        Permission(
            "statistics.win",
            _("Keep the list of firms to be won"),
            roles=frozenset({Role.PLAN_OFFICE}),
            own_organisation=frozenset({Role.LIAISON}),
        ),
    ),
    metrics=tuple(figure.definition for figure in FIGURES),
    jobs={
        FIND_JOB: find_job,
        MEASURE_JOB: measure_job,
        PUBLISH_JOB: publish_job,
        READ_JOB: read_job,
        WRITE_JOB: write_job,
    },
    schedule=(Scheduled(MEASURE_JOB, every_minutes=1440),),
)
