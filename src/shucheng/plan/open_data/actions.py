"""Releasing an indicator and taking it back: decisions with a reason, one after another."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import Actor, Area, Invalid, NotFound, action, record
from shucheng.lib.periods import Period, PeriodInvalid
from shucheng.plan.models import Binding
from shucheng.plan.open_data.models import LICENCES, Release


@action
def release_indicator(
    code: str,
    *,
    licence: str,
    reason: str,
    areas: Sequence[str] = (),
    from_period: str = "",
    note: str = "",
    actor: Actor,
) -> Release:
    """Release an indicator's published values; again with other areas, periods or licence."""
    actor.require("open_data.release")
    binding = _binding(code)
    if licence not in dict(LICENCES):
        raise _wrong("licence", _("Choose a licence from the list."))
    known = set(Area.objects.filter(code__in=areas).values_list("code", flat=True))
    if known != set(areas):
        raise _wrong("areas", _("Choose areas from the list."))
    if from_period:
        try:
            from_period = str(Period.parse(from_period.strip()))
        except PeriodInvalid:
            raise _wrong(
                "from_period", _("Write a period such as 2025, 2025-Q3, 2025-09.")
            ) from None
    return _decide(
        binding,
        actor=actor,
        released=True,
        reason=_reason(reason),
        areas=sorted(known),
        from_period=from_period,
        licence=licence,
        note=note.strip(),
    )


@action
def withdraw_indicator(code: str, *, reason: str, actor: Actor) -> Release:
    """Take an indicator back: from now on nobody outside is shown any of it."""
    actor.require("open_data.release")
    binding = _binding(code)
    newest = binding.releases.order_by("-number").first()
    if newest is None or not newest.released:
        raise Invalid(
            "open_data.not_released",
            _("This indicator is not released."),
            _("Reload the page and look again."),
        )
    return _decide(binding, actor=actor, released=False, reason=_reason(reason))


def _binding(code: str) -> Binding:
    # Held until the end, so that two decisions at once get two numbers.
    found = Binding.objects.select_for_update().filter(code=code).first()
    if found is None:
        raise NotFound(_("The indicator"))
    return found


def _decide(binding: Binding, *, actor: Actor, **facts: object) -> Release:
    before = binding.releases.order_by("-number").first()
    release = Release.objects.create(
        binding=binding,
        number=before.number + 1 if before else 1,
        by=actor.name[:150],
        **facts,
    )
    if release.released:
        record(
            "open_data.indicator.released",
            release,
            actor=actor,
            after=facts,
            indicator=binding.code,
        )
    else:
        record(
            "open_data.indicator.withdrawn",
            release,
            actor=actor,
            after=facts,
            indicator=binding.code,
        )
    return release


def _reason(text: str) -> str:
    if not text.strip():
        raise _wrong("reason", _("Write why, for whoever asks later."))
    return text.strip()[:500]


def _wrong(field: str, message: object) -> Invalid:
    return Invalid(
        "open_data.invalid",
        _("The decision is not complete."),
        _("Fill in what is marked and send it again."),
        fields={field: str(message)},
    )
