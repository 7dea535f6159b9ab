"""What the bay's alerts say."""

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.actions.quality import LATE_ALERT
from shucheng.bays.data.actions.regrading import NARROWED_ALERT
from shucheng.bays.data.actions.requests import LATE_ALERT as REQUESTS_LATE
from shucheng.kernel.public import register_alert


def register_alerts() -> None:
    register_alert(
        LATE_ALERT,
        _("%(defects)s defects of your data are late, the oldest since %(due)s."),
        _("Mend or explain them on the page of defects."),
    )
    register_alert(
        NARROWED_ALERT,
        _("What your product %(product)s is made of was graded higher: fewer ways are left."),
        _("See on its page by which ways it may be delivered; offers beyond take no orders."),
    )
    register_alert(
        REQUESTS_LATE,
        _("%(requests)s requests for data wait for your office, the oldest since %(due)s."),
        _("Take the step that is yours on the page of each request."),
    )
