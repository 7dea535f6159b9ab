"""What a page is asked for in its address, beside which page it is."""

from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Invalid


def as_of_asked(request: HttpRequest) -> date | None:
    """`?as_of=2026-08-01`: the page as it was known at the end of that day; None for now.

    Kept on the request, so that the frame says it and links carry it on.
    """
    text = request.GET.get("as_of", "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            "as_of.invalid",
            _("“%(text)s” is no day."),
            _("Write the day as 2026-08-01, or leave it out to see what is known now."),
            text=text[:40],
        ) from None
    request.as_of = day  # type: ignore[attr-defined]
    return day
