"""Archive packages: a document with all that made it, in a folder that proves itself alone.

A folder like the packages of electronic records (DA/T 48), with a manifest of our own: content,
the audit entries about it, digests (SM3, SHA-256), the platform's signature, and the verifier.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.action import action
from shucheng.kernel.actor import Actor
from shucheng.kernel.audit import signed, verify, verify_package
from shucheng.kernel.audit.actions import write_signed
from shucheng.kernel.audit.entries import record_export
from shucheng.kernel.audit.models import AuditEntry
from shucheng.kernel.audit.signed import statement
from shucheng.kernel.audit.signing import signing_key
from shucheng.kernel.audit.verify import moment_text
from shucheng.kernel.audit.verify_package import ENTRIES, MANIFEST, SCHEMA, described
from shucheng.kernel.errors import Invalid

_README = """{title}

本文件夹是“数城”平台的归档包：content 为文件内容，audit 为有关的审计记录，manifest.json 列出
全部文件的摘要（SM3、SHA-256）并由平台签名。
核验：python verify/verify_package.py . --public-key 平台公钥

An archive package of Shucheng: content, the audit entries about it, and manifest.json with the
digests of all files (SM3, SHA-256), signed by the platform.
To verify: python verify/verify_package.py . --public-key KEY-NOTED-EARLIER
"""


@action
def make_package(
    folder: Path,
    *,
    kind: str,
    title: str,
    facts: Mapping[str, Any],
    content: Mapping[str, bytes],
    about: Mapping[str, Sequence[str]],
    actor: Actor,
) -> Path:
    """Write a package into `folder`, which must not exist.

    `content` maps names to bytes; `about` maps kinds of objects to their ids: what was done to
    them is in the package. The folder appears under its name only when it is whole.
    """
    actor.require("audit.export")
    if folder.exists():
        raise Invalid(
            "package.target_taken",
            _("%(folder)s is there already."),
            _("Name a folder that does not exist yet."),
            folder=str(folder),
        )
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name, data in content.items():
        _write(unfinished / "content" / name, data)
    for script in (verify, verify_package, signed):
        source = Path(str(script.__file__))
        _write(unfinished / "verify" / source.name, source.read_bytes())
    _write(unfinished / "README.txt", _README.format(title=title).encode())
    entries = _write_entries(unfinished / ENTRIES, about)
    key = signing_key()
    manifest = {
        "schema": SCHEMA,
        "kind": kind,
        "title": title,
        "facts": dict(facts),
        "made_at": moment_text(timezone.now()),
        "operator": settings.OPERATOR,
        "files": {
            path.relative_to(unfinished).as_posix(): described(path)
            for path in sorted(unfinished.rglob("*"))
            if path.is_file()
        },
        "public_key": str(key.public),
    }
    document = {**manifest, "signature": key.sign(statement(manifest))}
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    _write(unfinished / MANIFEST, text.encode())
    unfinished.rename(folder)
    record_export(f"package {kind}", entries, actor=actor, title=title, folder=folder.name)
    return folder


def not_issued() -> Invalid:
    return Invalid(
        "package.not_issued",
        _("Nothing that was published has this number."),
        _("Leave it out for what is in force, or look it up on its page."),
    )


def _write_entries(path: Path, about: Mapping[str, Sequence[str]]) -> int:
    wanted = Q(pk__in=[])
    for object_type, ids in about.items():
        wanted |= Q(object_type=object_type, object_id__in=list(ids))
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8") as out:
        return write_signed(out, AuditEntry.objects.filter(wanted))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
