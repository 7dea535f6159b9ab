"""What `check` says of the program itself: is it the one released, and is a flaw of it known?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.operations.advisories import Unreadable, examine
from shucheng.kernel.operations.components import components
from shucheng.kernel.operations.finding import Finding
from shucheng.kernel.operations.release import Release, verify_release

_ADVISORIES_AGE = timedelta(days=31)
_NAMED = 5


def release() -> Release:
    return verify_release(Path(settings.PACKAGE), settings.RELEASE_KEY)


def lock_file() -> Path | None:
    """npm's lock file; it lies beside the package where the repository is the installation."""
    path = Path(settings.PACKAGE).parents[1] / "frontend" / "package-lock.json"
    return path if path.is_file() else None


def release_findings() -> Iterator[Finding]:
    found = release()
    if found.status == "missing":
        yield Finding(
            "info" if not settings.RELEASE_KEY else "error",
            "release.missing",
            _("There is no signed list of the program's files: a change would not be noticed."),
            _("Install a signed release, or sign this one (shucheng release-manifest)."),
        )
    elif found.status == "forged":
        yield Finding(
            "error",
            "release.forged",
            _("The list of the program's files is not signed by the publisher."),
            _("Stop the platform, and install the release again from its source."),
        )
    elif found.status == "changed":
        yield Finding(
            "error",
            "release.changed",
            _("%(count)s parts of the program are not as they were released: %(names)s"),
            _("Find out who changed them, then install the release again."),
            {"count": len(found.changed), "names": named(found.changed)},
        )
    elif found.status == "unknown_signer":
        yield Finding(
            "warning",
            "release.unknown_signer",
            _("The program is as its list says, but nobody vouches for the list."),
            _("Set SHUCHENG_RELEASE_KEY to the publisher's public key."),
        )
    if found.status in {"holds", "unknown_signer"} and not found.packages_compared:
        yield Finding(
            "warning",
            "release.other_platform",
            _("The packages it uses were not compared: the list is of another kind of machine."),
            _("Sign the release on a machine like this one."),
        )


def named(changed: tuple[str, ...]) -> str:
    rest = f" … (+{len(changed) - _NAMED})" if len(changed) > _NAMED else ""
    return ", ".join(changed[:_NAMED]) + rest


def flaw_findings() -> Iterator[Finding]:
    if not settings.ADVISORIES:
        yield Finding(
            "info",
            "flaws.unset",
            _("Installed packages are not compared with known flaws."),
            _("Copy the OSV database here now and then, and set SHUCHENG_ADVISORIES to it."),
        )
        return
    try:
        found = examine(components(lock_file()), Path(settings.ADVISORIES))
    except Unreadable as error:
        yield Finding(
            "error",
            "flaws.unreadable",
            _("The copy of the OSV database cannot be read: %(reason)s"),
            _("Copy it again from osv.dev (PyPI/all.zip, npm/all.zip)."),
            {"reason": str(error)},
        )
        return
    for flaw in found.flaws:
        yield Finding(
            # What only builds or tests the program is exposed to nobody.
            "error" if flaw.component.needed else "warning",
            "flaws.known",
            _("A flaw is known: %(flaw)s"),
            _("Install a version without it, try it, then serve with it."),
            {"flaw": str(flaw)},
        )
    if found.newest is None or datetime.now(UTC) - found.newest > _ADVISORIES_AGE:
        yield Finding(
            "warning",
            "flaws.old",
            _("The copy of the OSV database is older than a month: newer flaws are not known."),
            _("Copy it again from osv.dev (PyPI/all.zip, npm/all.zip)."),
        )
