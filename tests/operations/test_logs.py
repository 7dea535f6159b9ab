"""What a deployment writes into its log while people sign in, rightly and wrongly."""

import json
import re

import pytest
from tests.deployment import Deployment

pytestmark = pytest.mark.slow

PEOPLE = """
from django.core.management import call_command
call_command("collectstatic", verbosity=0, interactive=False)
from django.test import Client
from django.test.utils import setup_test_environment
from shucheng.kernel.actor import system_actor
from shucheng.kernel.identity.actions.people import set_up_administrator
person, password = set_up_administrator("wangli", "王丽", actor=system_actor("cli"))
client = Client(headers={"X-Request-ID": "r-from-the-proxy"}, SERVER_NAME="localhost")
page = "/accounts/login/?next=/audit/&token=T0ken-in-address"
client.post(page, {"login": "wangli", "password": "Wr0ng-Hunter2-passphrase"})
client.post(page, {"login": "wangli", "password": password})
client.get("/account/", headers={"Authorization": "Bearer T0ken-in-header"})
import logging
logging.getLogger("django.request").error("failed for %s", "wang.li@example.gov.cn 13812345678")
import warnings
warnings.warn("an old way")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("shucheng.defect").exception("unexpected error")
"""
REVEAL = '\nfrom pathlib import Path\nPath("password").write_text(password)\n'


def test_people_sign_in_and_the_log_says_so_without_saying_who_or_how(
    deployment: Deployment,
) -> None:
    deployment.settings = {"SHUCHENG_LOG_LEVEL": "DEBUG", "SHUCHENG_HOSTS": "localhost"}
    text = deployment.run(PEOPLE + REVEAL)
    password = (deployment.folder / "password").read_text()
    for secret in (password, "Hunter2", "T0ken", "wangli", "王丽", "wang.li", "13812345678"):
        assert secret not in text, secret
    lines = [json.loads(line) for line in text.splitlines()]
    assert all({"event", "level", "logger", "timestamp"} <= line.keys() for line in lines)
    audited = {line["code"]: line for line in lines if line["event"] == "audited"}
    assert {"identity.sign_in.failed", "identity.sign_in.succeeded"} <= audited.keys()
    assert audited["identity.sign_in.failed"]["request_id"] == "r-from-the-proxy"
    assert re.fullmatch("[0-9a-f]{64}", audited["identity.sign_in.failed"]["hash"])
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["method"], line["path"]) for line in requests] == [
        ("POST", "/accounts/login/"),
        ("POST", "/accounts/login/"),
        ("GET", "/account/"),
    ]
    # Nobody yet; then the number of whoever signed in, and no name.
    assert "actor" not in requests[0]
    assert requests[1]["actor"] == requests[2]["actor"] == 1
    assert any("an old way" in line["event"] for line in lines)
    [defect] = [line for line in lines if line["event"] == "unexpected error"]
    assert "ZeroDivisionError" in defect["exception"]


def test_a_log_can_be_read_by_a_person_too(deployment: Deployment) -> None:
    deployment.settings = {"SHUCHENG_LOG_FORMAT": "console", "SHUCHENG_LOG_LEVEL": "INFO"}
    text = deployment.run("import structlog; structlog.get_logger('x').info('hello', n=1)")
    assert "hello" in text
    assert "{" not in text
