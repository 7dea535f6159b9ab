"""Failed sign-ins are counted for each name, known or not, and lock it for a while."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shucheng.kernel.identity.models import SignInGuard


def minutes_locked(username: str) -> int:
    """How many minutes this name is still locked; 0 when it is not."""
    until = (
        SignInGuard.objects.filter(username=username).values_list("locked_until", flat=True).first()
    )
    if until is None or until <= timezone.now():
        return 0
    return int((until - timezone.now()).total_seconds() // 60) + 1


def count_failure(username: str) -> bool:
    """Count one more failure; True when this one locked the name."""
    now = timezone.now()
    window = timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES)
    with transaction.atomic():
        SignInGuard.objects.get_or_create(username=username)
        guard = SignInGuard.objects.select_for_update().get(username=username)
        recent = guard.last_failure_at is not None and guard.last_failure_at > now - window
        guard.failures = guard.failures + 1 if recent else 1
        guard.last_failure_at = now
        locks = guard.failures >= settings.SIGN_IN_FAILURES
        if locks:
            guard.locked_until = now + window
            guard.failures = 0
        guard.save()
    return locks


def forget_failures(username: str) -> None:
    SignInGuard.objects.filter(username=username).delete()
