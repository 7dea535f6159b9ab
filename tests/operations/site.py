"""A site for tests: the files of deploy/ with real nginx and real web servers on the loopback."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.deployment import ROOT, Deployment, Started, eventually

DEPLOY = ROOT / "deploy"
HOST = "shucheng.example.gov.cn"


@dataclass(frozen=True)
class Site:
    """A running site: nginx before two web servers."""

    folder: Path
    http: int
    https: int
    ports: list[int]
    deployment: Deployment
    web: list[Started]

    @property
    def certificate(self) -> Path:
        return self.folder / "fullchain.pem"

    def get(self, path: str) -> requests.Response:
        with self.session() as session:
            return session.get(self.url(path), timeout=30)

    def url(self, path: str) -> str:
        return f"https://{HOST}:{self.https}{path}"

    def session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.certificate)
        return session

    def log(self) -> list[dict[str, Any]]:
        lines = (self.folder / "access.log").read_text().splitlines()
        return [json.loads(line) for line in lines]


@contextlib.contextmanager
def running_site(deployment: Deployment, folder: Path) -> Iterator[Site]:
    """nginx with deploy/'s configuration before two web servers as deploy/'s unit starts them."""
    nginx = nginx_program()
    make_certificate(folder)
    deployment.settings = {
        "SHUCHENG_HTTPS": "1",
        "SHUCHENG_HOSTS": f"{HOST},127.0.0.1",
        "SHUCHENG_TRUSTED_PROXIES": "127.0.0.0/8",
        "SHUCHENG_LOG_LEVEL": "INFO",
    }
    deployment.run(
        "from django.core.management import call_command\n"
        "call_command('collectstatic', verbosity=0, interactive=False)"
    )
    http, https, *ports = free_ports(4)
    web = [serve(deployment, port) for port in ports]
    configuration = render(folder, http, https, ports)
    with trees_ended(*web):
        for each, port in zip(web, ports, strict=True):
            eventually(lambda e=each, p=port: answers(p) or e.says("\0"), seconds=60)  # type: ignore[misc]
        subprocess.run([*nginx, "-t", "-c", configuration], check=True, capture_output=True)
        server = subprocess.Popen([*nginx, "-c", configuration], stderr=subprocess.DEVNULL)
        try:
            eventually(lambda: answers(https))
            yield Site(folder, http, https, ports, deployment, web)
        finally:
            server.terminate()
            server.wait(20)


def nginx_program() -> list[str]:
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        missing("nginx")
    return [program]


def missing(program: str) -> NoReturn:
    """Where tests must run, a program that is not there is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{program} is required in CI")
    pytest.skip(f"{program} is not installed here")


def serve(deployment: Deployment, port: int) -> Started:
    """What the unit starts, on this port."""
    unit = (DEPLOY / "systemd" / "shucheng-web@.service").read_text()
    line = re.search(r"^ExecStart=/opt/shucheng/\.venv/bin/granian (.+)$", unit, flags=re.M)
    assert line is not None
    arguments = shlex.split(line[1].replace("%i", str(port)))
    return deployment.start(
        f"import runpy, sys; sys.argv = {['granian', *arguments]!r}\n"
        "runpy.run_module('granian', run_name='__main__')"
    )


def render(folder: Path, http: int, https: int, ports: list[int]) -> str:
    """The site's file with this test's ports, certificate and folders."""
    site = (DEPLOY / "nginx" / "shucheng.conf").read_text()
    replaced = {
        "127.0.0.1:8001": f"127.0.0.1:{ports[0]}",
        "127.0.0.1:8002": f"127.0.0.1:{ports[1]}",
        "listen 80": f"listen 127.0.0.1:{http}",
        "listen 443": f"listen 127.0.0.1:{https}",
        "/etc/shucheng/tls": str(folder),
        "/var/cache/nginx/shucheng": str(folder / "cache"),
        "/var/log/nginx/shucheng.log": str(folder / "access.log"),
        "/opt/shucheng/deploy": str(DEPLOY),
    }
    for old, new in replaced.items():
        assert old in site
        site = site.replace(old, new)
    site = re.sub(r" *listen \[::\].*\n", "", site)
    (folder / "site.conf").write_text(site)
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if Path.home() == Path("/root") else ""
    main = folder / "nginx.conf"
    main.write_text(
        f"{user} daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ include /etc/nginx/mime.types; access_log off;\n{temporary}\n"
        f"include {folder}/site.conf; }}\n"
    )
    return str(main)


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def kill_tree(started: Started) -> None:
    """A server and what it started, as the end of its control group would have it."""
    pids = [started.process.pid]
    for pid in pids:
        pids += children(pid)
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    started.process.wait(20)


@contextlib.contextmanager
def trees_ended(*started: Started) -> Iterator[None]:
    """No process of the test outlives it: neither a server nor those below it."""
    try:
        yield
    finally:
        for each in started:
            kill_tree(each)


def children(pid: int) -> list[int]:
    text = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(each) for each in text.stdout.split()]


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
