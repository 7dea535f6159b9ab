"""Real deployments, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.deployment import Deployment, Deployments
from tests.postgres import start_cluster


@pytest.fixture(scope="session")
def deployments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployments]:
    with ExitStack() as stack:
        started: list[str] = []

        def cluster() -> str:
            if not started:
                started.append(stack.enter_context(start_cluster()))
            return started[0]

        yield Deployments(tmp_path_factory.mktemp("deployments"), cluster)


@pytest.fixture(params=["sqlite", "postgres"])
def deployment(request: pytest.FixtureRequest, deployments: Deployments) -> Deployment:
    return deployments.make(request.param)
