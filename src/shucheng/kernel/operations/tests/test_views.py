"""What monitoring asks: alive, ready, how much; and who may ask."""

import re
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from shucheng.kernel.jobs.models import Job, Worker
from shucheng.kernel.operations import health, metrics

pytestmark = pytest.mark.django_db


def make_worker(**facts: Any) -> Worker:
    return Worker.objects.create(**{"id": "w1", "host": "elsewhere", "pid": 1, **facts})


def value(text: str, name: str) -> float:
    line = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
    assert line, f"{name} is not in\n{text}"
    return float(line[1])


def scrape(client: Client) -> str:
    return client.get("/metrics").content.decode()


def test_a_process_that_answers_is_alive_whatever_the_database_does(client: Client) -> None:
    with patch.object(health, "connection") as broken:
        broken.cursor.side_effect = OperationalError("gone")
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (
        503,
        "database.unreachable",
    )


def test_without_a_living_worker_the_platform_is_not_ready(client: Client) -> None:
    assert client.get("/readyz").json()["reasons"][0]["code"] == "worker.missing"
    make_worker(seen_at=timezone.now() - timedelta(minutes=10))
    assert client.get("/readyz").status_code == 503
    make_worker(id="w2")
    assert client.get("/readyz").json() == {"ready": True, "reasons": []}


def test_a_database_of_an_older_version_is_not_ready(client: Client) -> None:
    make_worker()
    health._current.cache_clear()
    with patch.object(health, "_missing", return_value=["plan.0099_new"]):
        answer = client.get("/readyz")
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["database.migrations"]
    # Looked at again, not remembered: the migration may have been run meanwhile.
    assert client.get("/readyz").status_code == 200


def test_an_answer_to_a_machine_is_never_kept(client: Client) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert client.get(path)["Cache-Control"] == "no-store"


def test_requests_are_counted_by_view_never_by_path(client: Client) -> None:
    name = 'shucheng_requests_total{method="GET",status="200",view="account_login"}'
    client.get("/accounts/login/")
    before = value(scrape(client), name)
    client.get("/accounts/login/?next=/anything/")
    client.get("/no/such/page-4711/")
    client.generic("BREW", "/no/such/page-4712/")
    text = scrape(client)
    assert value(text, name) == before + 1
    assert value(text, 'shucheng_request_seconds_count{method="GET",view="account_login"}') >= 2
    assert 'method="other"' in text
    assert "page-4711" not in text
    assert "page-4712" not in text


def test_the_state_of_jobs_workers_and_the_database_is_shown(client: Client) -> None:
    make_worker()
    due = timezone.now() - timedelta(minutes=5)
    Job.objects.create(name="a", run_after=due)
    Job.objects.create(name="b", state=Job.State.RUNNING)
    text = scrape(client)
    assert value(text, 'shucheng_jobs{state="queued"}') == 1
    assert value(text, 'shucheng_jobs{state="running"}') == 1
    assert value(text, 'shucheng_jobs{state="waiting"}') == 0
    assert 300 <= value(text, "shucheng_job_wait_seconds") < 400
    assert value(text, "shucheng_workers") == 1
    assert value(text, "shucheng_database_bytes") > 100_000
    assert value(text, "shucheng_disk_free_bytes") > 0
    assert value(text, 'shucheng_open_alerts{severity="critical"}') == 0
    assert abs(value(text, "shucheng_clock_offset_seconds")) < 5


def test_a_scrape_asks_the_database_little(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    scrape(client)
    with django_assert_max_num_queries(8):
        metrics.exposition()


def test_metrics_are_for_the_configured_networks_or_the_token(
    client: Client, settings: Any
) -> None:
    settings.METRICS_NETWORKS = ["10.1.0.0/16"]
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    stranger = {"REMOTE_ADDR": "10.2.0.1"}
    assert client.get("/metrics", **stranger).status_code == 404
    # What a stranger says about its address is not believed, and no token is no token.
    claims = {"HTTP_X_FORWARDED_FOR": "10.1.2.3", "HTTP_AUTHORIZATION": "Bearer "}
    assert client.get("/metrics", **stranger, **claims).status_code == 404
    settings.METRICS_TOKEN = "scrape-0123456789"
    wrong, right = "Bearer scrape-012345678", "Bearer scrape-0123456789"
    assert client.get("/metrics", **stranger, HTTP_AUTHORIZATION=wrong).status_code == 404
    assert client.get("/metrics", **stranger, HTTP_AUTHORIZATION=right).status_code == 200


def test_the_age_of_backups_is_shown_where_there_is_a_folder(
    client: Client, settings: Any, tmp_path: Any
) -> None:
    assert "shucheng_last_backup_seconds" not in scrape(client)
    settings.BACKUP_FOLDER = str(tmp_path)
    assert value(scrape(client), "shucheng_last_backup_seconds") == 0
    for name in ("20260101T000000Z", "20260102T000000Z.unfinished"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").touch()
    made = (tmp_path / "20260101T000000Z" / "manifest.json").stat().st_mtime
    assert value(scrape(client), "shucheng_last_backup_seconds") == pytest.approx(made, abs=1)
