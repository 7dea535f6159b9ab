"""The units, the settings file and the command of deploy/, and a server of several processes."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from tests.deployment import Deployments, eventually
from tests.operations.site import DEPLOY, answers, children, free_ports, trees_ended

from shucheng.web.environment import SETTINGS

pytestmark = pytest.mark.slow

UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


def test_web_processes_of_one_server_count_together_and_one_that_dies_is_replaced(
    deployments: Deployments,
) -> None:
    deployment = deployments.make("sqlite")
    [port] = free_ports(1)
    server = deployment.start(
        f"""
        import sys
        from shucheng.cli import main
        sys.exit(main(["serve", "--no-worker", "--workers", "2", "--port", "{port}"]))
        """
    )
    with trees_ended(server):
        eventually(lambda: answers(port) or server.says("\0"), seconds=60)
        ask(port, 30)
        assert {asked(port) for _ in range(8)} == {30.0}
        victim, *others = web_processes(server.process.pid)
        assert others
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: len(web_processes(server.process.pid)) == 1 + len(others))
        ask(port, 20)
        # What the dead one had counted is kept.
        assert {asked(port) for _ in range(8)} == {50.0}
        server.process.terminate()
        server.process.wait(40)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_the_units_are_understood_by_systemd(unit: Path, tmp_path: Path) -> None:
    for each in UNITS:
        # systemd looks whether the programs are there.
        text = re.sub(r"/opt/shucheng/\.venv/bin/\w+", sys.executable, each.read_text())
        (tmp_path / each.name).write_text(text)
    instance = unit.name.replace("@.", "@8001.")
    done = subprocess.run(
        [systemd_analyze(), "verify", "--man=no", tmp_path / instance],
        capture_output=True,
        text=True,
        check=False,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
    )
    # What the machine's own units lack is not our matter.
    assert not [line for line in done.stderr.splitlines() if "shucheng" in line]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_the_services_are_shut_in(unit: Path) -> None:
    done = subprocess.run(
        [systemd_analyze(), "security", "--offline=true", "--threshold=15", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-300:]


def test_the_settings_file_names_real_settings() -> None:
    lines = (DEPLOY / "shucheng.env.example").read_text().splitlines()
    named = {match[1] for line in lines if (match := re.match(r"(?:# )?(SHUCHENG_\w+)=", line))}
    assert len(named) > 10
    assert named <= {setting.name for setting in SETTINGS}


def test_nginx_and_the_platform_agree_on_the_largest_upload() -> None:
    site = (DEPLOY / "nginx" / "shucheng.conf").read_text()
    limit = re.search(r"client_max_body_size (\d+)m;", site)
    default = next(s.default for s in SETTINGS if s.name == "SHUCHENG_UPLOAD_LIMIT_MB")
    assert limit is not None
    assert int(default) < int(limit[1]) <= int(default) + 5


def test_the_command_of_the_deployment_reads_its_settings(tmp_path: Path) -> None:
    """shuchengctl in a copy where the folders are the test's own."""
    env = tmp_path / "shucheng.env"
    env.write_text((DEPLOY / "shucheng.env.example").read_text())
    script = (DEPLOY / "shuchengctl").read_text()
    for old, new in {
        "/etc/shucheng/shucheng.env": str(env),
        "cd /opt/shucheng": f"cd {tmp_path}",
        "runuser -u shucheng -- /opt/shucheng/.venv/bin/shucheng": "env",
    }.items():
        assert old in script
        script = script.replace(old, new)
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert "SHUCHENG_OPERATOR=数据局 信息中心 0000-00000000\n" in done.stdout
    assert "SHUCHENG_TRUSTED_PROXIES=127.0.0.1/32,::1/128\n" in done.stdout


def systemd_analyze() -> str:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed here")
    return program


def ask(port: int, times: int) -> None:
    # A connection each, so that the processes share them.
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda _: answered(port), range(times)))
    time.sleep(0.2)


def answered(port: int) -> None:
    """Ask until answered: what a process that was just killed had not taken up yet is reset."""
    for _ in range(20):
        try:
            requests.get(f"http://127.0.0.1:{port}/healthz", timeout=30)
        except requests.ConnectionError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("nobody answers")


def asked(port: int) -> float:
    """How often /healthz was asked, as whichever process answers knows it."""
    text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
    line = re.search(r'^shucheng_requests_total{.*view="operations:healthz".*} (\S+)$', text, re.M)
    assert line is not None, text
    return float(line[1])


def web_processes(parent: int) -> list[int]:
    """The processes below granian's own, which is the server's child."""
    below = [child for each in children(parent) for child in children(each)]
    return [pid for pid in below if "resource_tracker" not in command(pid)]


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return "resource_tracker"
