"""The hook for a scanner of malicious code; without one the harmless test string is refused.

`SHUCHENG_SCANNER` names a program that gets the file on standard input and exits with 0 when it
is clean (`clamdscan -` does). A scanner that cannot be run refuses the file: unscanned is not
clean.
"""

import subprocess

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.errors import Invalid

# The industry's test string for scanners (EICAR), put together here so that scanners of the
# source code do not find it.
_TEST_STRING = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def scan(data: bytes) -> str:
    """Who scanned the content and let it pass. Raises `Invalid`."""
    if _TEST_STRING in data:
        raise _refused(_("It carries the test string of virus scanners."))
    command: list[str] = settings.SCANNER
    if not command:
        return "built-in"
    try:
        outcome = subprocess.run(command, input=data, capture_output=True, timeout=60, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        raise _refused(_("The scanner could not be run.")) from None
    if outcome.returncode != 0:
        raise _refused(_("The scanner found something in it."))
    return command[0][-80:]


def _refused(reason: object) -> Invalid:
    return Invalid(
        "files.unsafe",
        _("The file was not accepted. %(reason)s"),
        _("Ask your information security office before you send it again."),
        {"file": str(reason)},
        reason=reason,
    )
