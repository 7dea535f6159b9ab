"""Between a stored job and the task queue: handing over, and the actor as stored facts."""

from typing import Any

from shucheng.kernel.actor import Actor, Role
from shucheng.kernel.jobs.models import Job


def hand_over(job: Job) -> None:
    """Put the job's id into the task queue, in the caller's transaction."""
    from shucheng.kernel.jobs.tasks import run_job  # the task imports what runs jobs

    run_job.using(run_after=job.run_after).enqueue(job.pk)


def actor_facts(actor: Actor) -> dict[str, Any]:
    return {
        "person_id": actor.person_id,
        "name": actor.name,
        "roles": sorted(actor.roles),
        "organisation_id": actor.organisation_id,
        "organisation_ids": sorted(actor.organisation_ids),
        "request_id": actor.request_id,
        "address": actor.address,
    }


def actor_from(facts: dict[str, Any]) -> Actor:
    """The actor that queued the job, now acting over the channel `job`."""
    return Actor(
        person_id=facts["person_id"],
        name=facts["name"],
        roles=frozenset(Role(role) for role in facts["roles"]),
        organisation_id=facts["organisation_id"],
        organisation_ids=frozenset(facts["organisation_ids"]),
        channel="job",
        request_id=facts["request_id"],
        address=facts["address"],
    )
