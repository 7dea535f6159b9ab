"""Reading jobs: one's own, or everybody's."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shucheng.kernel.actor import Actor
from shucheng.kernel.errors import NotFound
from shucheng.kernel.jobs.models import Job

PAGE = 100


def jobs_list(*, actor: Actor, state: str = "", name: str = "") -> list[Job]:
    """The newest jobs that this actor may see."""
    found = _visible(actor)
    if state in Job.State.values:
        found = found.filter(state=state)
    if name:
        found = found.filter(name__startswith=name)
    return list(found.select_related("person")[:PAGE])


def job_for(job_id: int, *, actor: Actor) -> Job:
    found = _visible(actor).select_related("person", "worker").filter(pk=job_id).first()
    if found is None:
        raise NotFound(_("The job"))
    return found


def stopped_job(unique_key: str) -> int | None:
    """The job of this key that was given up, where none came after it: what it was to do is not
    done, and a page that waits for it has to say so."""
    newest = Job.objects.filter(unique_key=unique_key).order_by("-pk").first()
    return newest.pk if newest and newest.state == Job.State.FAILED else None


def _visible(actor: Actor) -> QuerySet[Job]:
    actor.require("jobs.view")
    if actor.may("jobs.view_all"):
        return Job.objects.all()
    if actor.person_id is None:
        return Job.objects.none()
    return Job.objects.filter(person_id=actor.person_id)
