"""Reading a period that a person or a program typed."""

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.errors import Invalid
from shucheng.lib.periods import Period, PeriodInvalid


def read_period(text: str) -> Period:
    """The period, or `Invalid` with how to write one."""
    try:
        return Period.parse(text)
    except PeriodInvalid:
        raise Invalid(
            "reporting.period_invalid",
            _("“%(text)s” is not a reporting period."),
            _("Write it as 2025, 2025-S1, 2025-Q3, 2025-09 or 2025-09-12."),
            fields={"period": str(_("Write it as 2025, 2025-Q3 or 2025-09."))},
            text=text,
        ) from None
