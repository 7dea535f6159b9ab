"""Who opens the files of cases: whoever may see the case that a step was proven in with it."""

from datetime import timedelta

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from shucheng.bays.data.models.authority import Disclosure
from shucheng.bays.data.models.cases import Case, Step
from shucheng.kernel.public import GOVERNMENT, Actor, StoredFile

# Who sees every case.
OVERSEES = ("data.govern", "data.audit", "data.approve")


def seen_by(actor: Actor) -> Q:
    """The cases that an actor may see: those that it applied for, is asked in, or operates under;
    the government every one, but what departments ask of each other only where it oversees that."""
    if any(map(actor.may, OVERSEES)):
        return Q()
    mine = actor.organisation_ids
    own = Q(applicant_id__in=mine) | Q(asked_id__in=mine) | Q(authorisation__operator_id__in=mine)
    return own | ~Q(kind=Case.Kind.REQUEST) if actor.roles & GOVERNMENT else own


def opens_file(stored: StoredFile, actor: Actor) -> bool:
    if not actor.may("data.view"):
        return False
    seen = Case.objects.filter(seen_by(actor))
    if Disclosure.objects.filter(file=stored, authorisation__case__in=seen).exists():
        return True
    # A step keeps its files in the transaction in which they were stored.
    near = (stored.uploaded_at, stored.uploaded_at + timedelta(minutes=5))
    steps = Step.objects.filter(recorded_at__range=near).annotate(
        said=Cast("evidence", TextField())
    )
    named = steps.filter(said__regex=rf'"file": ?{stored.pk}[,}}]')
    subjects = named.values_list("subject", flat=True)
    return seen.filter(code__in=subjects).exists()
