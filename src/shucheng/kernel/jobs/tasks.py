"""The one task that the queue knows: run the job with this id."""

from django_tasks import task

from shucheng.kernel.jobs.running import run


@task()
def run_job(job_id: int) -> None:
    run(job_id)
