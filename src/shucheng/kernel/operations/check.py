"""What is not right with this deployment: one function a subject, each finding with a way out."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.append_only import missing_triggers
from shucheng.kernel.audit.queries import verify_chain
from shucheng.kernel.bay import bays
from shucheng.kernel.files import storage
from shucheng.kernel.identity.network import within
from shucheng.kernel.operations import databases, fonts
from shucheng.kernel.operations.finding import Finding
from shucheng.kernel.operations.health import database_problem, migration_problem, readiness
from shucheng.kernel.operations.shelf import backups_in
from shucheng.kernel.operations.trust import flaw_findings, release_findings

_LOCAL = {"localhost", "127.0.0.1", "[::1]", "::1", "testserver"}
_SHORTEST_SECRET = 40
_FEWEST_CHARACTERS = 10
_MB = 2**20
_CLOCK_SECONDS = 2
_BACKUP_AGE = timedelta(hours=26)
_ORDER = ("error", "warning", "info")


def check_deployment() -> list[Finding]:
    """Everything found, the worst first."""
    found = [*_settings(), *_secrets(), *_network(), *_places(), *_extras()]
    found += [*release_findings(), *flaw_findings()]
    broken = database_problem() or migration_problem()
    found += [broken] if broken else [*_database(), *readiness(), *_bays()]
    return sorted(found, key=lambda finding: _ORDER.index(finding.severity))


def _settings() -> Iterator[Finding]:
    if settings.DEBUG:
        yield Finding(
            "error",
            "settings.debug",
            _("Error pages show the program's inside to everybody (debug)."),
            _("Set SHUCHENG_DEBUG=0."),
        )
    if settings.DEMO:
        yield Finding(
            "error",
            "settings.demo",
            _("Anybody may sign in as a demonstration person."),
            _("Set SHUCHENG_DEMO=0; never use a demonstration's data folder for real work."),
        )
    if not settings.SECURE_SSL_REDIRECT:
        yield Finding(
            "error",
            "settings.https",
            _("Pages and sign-in are served without https."),
            _("Set SHUCHENG_HTTPS=1 and put the nginx of deploy/ before the platform."),
        )
    if not settings.REQUIRE_SECOND_FACTOR:
        yield Finding(
            "error",
            "settings.second_factor",
            _("Management roles sign in without a second factor."),
            _("Set SHUCHENG_REQUIRE_SECOND_FACTOR=1."),
        )
    if not settings.OPERATOR:
        yield Finding(
            "warning",
            "settings.operator",
            _("The privacy page does not say who runs this platform."),
            _("Set SHUCHENG_OPERATOR to a name and a contact."),
        )


def _secrets() -> Iterator[Finding]:
    secret = settings.SECRET_KEY
    if len(secret) < _SHORTEST_SECRET or len(set(secret)) < _FEWEST_CHARACTERS:
        yield Finding(
            "error",
            "secret.weak",
            _("The secret key can be guessed: it is short or repeats itself."),
            _("Leave SHUCHENG_SECRET_KEY empty and one is made, or set 50 random characters."),
        )
    for path in (
        settings.DATA_FOLDER / "secret-key",
        Path(settings.FIELD_KEYS_FILE),
        Path(settings.SIGNING_KEY_FILE),
    ):
        if path.exists() and path.stat().st_mode & 0o077:
            yield Finding(
                "error",
                "secret.readable",
                _("Other users of this machine can read %(path)s."),
                _("Run chmod 600 on it, and change the key if others did sign in here."),
                {"path": str(path)},
            )


def _network() -> Iterator[Finding]:
    hosts = set(settings.ALLOWED_HOSTS)
    if "*" in hosts:
        yield Finding(
            "error",
            "hosts.any",
            _("Any host name is answered: links in mails could lead elsewhere."),
            _("Set SHUCHENG_HOSTS to the platform's own names."),
        )
    elif hosts <= _LOCAL:
        yield Finding(
            "warning",
            "hosts.local",
            _("Only this machine's own names are answered."),
            _("Set SHUCHENG_HOSTS to the name that people type, such as shucheng.example.gov.cn."),
        )
    if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES:
        yield Finding(
            "error",
            "proxies.none",
            _("No proxy is trusted: every request looks unencrypted and is redirected forever."),
            _("Set SHUCHENG_TRUSTED_PROXIES to nginx's address (127.0.0.1/32 on one machine)."),
        )
    if not settings.ADMIN_NETWORKS:
        yield Finding(
            "info",
            "networks.management",
            _("Management duties are open from any address."),
            _("Set SHUCHENG_ADMIN_NETWORKS to the management network."),
        )
    # An address of the documentation range (RFC 5737) stands for any stranger.
    if within("203.0.113.1", settings.METRICS_NETWORKS):
        yield Finding(
            "warning",
            "metrics.open",
            _("Anybody may read the metrics."),
            _("Set SHUCHENG_METRICS_NETWORKS to Prometheus' address, or use a token."),
        )


def _places() -> Iterator[Finding]:
    """Folders: stored files, free space, static files, backups."""
    yield from _file_folder()
    usage = shutil.disk_usage(settings.DATA_FOLDER)
    if usage.free < max(1024 * _MB, usage.total // 20):
        yield Finding(
            "error" if usage.free < 512 * _MB else "warning",
            "disk.full",
            _("Only %(free)s MB are free where data is stored."),
            _("Make room, or move SHUCHENG_DATA to a larger disk."),
            {"free": usage.free // _MB},
        )
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield Finding(
            "error",
            "static.missing",
            _("Style sheets and scripts are not in place: no page can be shown."),
            _("Run shucheng manage collectstatic --noinput."),
        )
    yield from _backups()


def _file_folder() -> Iterator[Finding]:
    folder = storage.folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"probe")
            os.fsync(probe.fileno())
    except OSError as error:
        yield Finding(
            "error",
            "files.unwritable",
            _("Uploads cannot be stored in %(folder)s: %(reason)s"),
            _("Give the platform's user the right to write there."),
            {"folder": str(folder), "reason": error.strerror or str(error)},
        )


def _backups() -> Iterator[Finding]:
    if not settings.BACKUP_FOLDER:
        yield Finding(
            "warning",
            "backup.unset",
            _("No folder for backups is configured."),
            _("Set SHUCHENG_BACKUP_FOLDER and enable shucheng-backup.timer."),
        )
        return
    newest = next(iter(backups_in(Path(settings.BACKUP_FOLDER))), None)
    age = datetime.now(UTC) - datetime.fromisoformat(newest[1].created_at) if newest else None
    if newest is None or age is None or age > _BACKUP_AGE:
        yield Finding(
            "error",
            "backup.old",
            _("There is no complete backup of the last day in %(folder)s."),
            _("Look at systemctl status shucheng-backup, or run shucheng backup."),
            {"folder": settings.BACKUP_FOLDER},
        )
    elif newest[1].incomplete:
        yield Finding(
            "error",
            "backup.incomplete",
            _("%(count)s stored files are missing or were changed on the disk."),
            _("Bring them back from an older backup; their names are in %(manifest)s."),
            {"count": len(newest[1].incomplete), "manifest": str(newest[0] / "manifest.json")},
        )


def _database() -> Iterator[Finding]:
    outcome = verify_chain()
    if not outcome.intact:
        yield Finding(
            "error",
            "audit.broken",
            _("The audit chain is broken: %(outcome)s"),
            _("Keep the database as it is and inform the audit administrator."),
            {"outcome": str(outcome)},
        )
    if missing := missing_triggers(connection):
        yield Finding(
            "error",
            "audit.triggers",
            _("Tables that only grow are not protected: %(missing)s"),
            _("Find out who removed the triggers, then restore them from the migrations."),
            {"missing": ", ".join(missing)},
        )
    offset = databases.clock_offset()
    if abs(offset) > _CLOCK_SECONDS:
        yield Finding(
            "error" if abs(offset) > 60 else "warning",
            "clock.offset",
            _("The database's clock differs from this machine's by %(seconds)s seconds."),
            _("Keep both on one time source (chrony, NTP)."),
            {"seconds": round(offset, 1)},
        )
    if connection.vendor == "sqlite":
        yield Finding(
            "info",
            "database.embedded",
            _("The embedded database serves one machine."),
            _("For several machines or a standby set SHUCHENG_DATABASE_URL to PostgreSQL."),
        )


def _bays() -> Iterator[Finding]:
    for bay in bays():
        health = bay.health() if bay.health else None
        if health is not None and not health.ok:
            yield Finding(
                "error",
                f"bay.{bay.code}",
                _("%(bay)s is not well: %(detail)s"),
                _("Open its page, or its chapter in the guide."),
                {"bay": bay.name_zh, "detail": health.detail},
            )


def _extras() -> Iterator[Finding]:
    if not settings.EMAIL_CONFIGURED:
        yield Finding(
            "info",
            "email.unset",
            _("No mail server is configured: no mail is sent."),
            _("Set SHUCHENG_EMAIL_URL."),
        )
    if not settings.SCANNER:
        yield Finding(
            "warning",
            "scanner.unset",
            _("Uploads are not scanned for malware."),
            _("Set SHUCHENG_SCANNER, e.g. to clamdscan -."),
        )
    if not fonts.chinese_font():
        yield Finding(
            "info",
            "fonts.chinese",
            _("No Chinese font is installed: pdf documents cannot be made."),
            _("Install Debian's fonts-noto-cjk or fonts-wqy-zenhei."),
        )
