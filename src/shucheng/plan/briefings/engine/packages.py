"""Office files whose bytes depend on their content alone.

Word and Excel files are archives; those who write them put the time of writing into every entry
and into the properties. Here the entries are written anew: in order of name, not compressed, with
one fixed time, so that the same content is the same file on any machine, years later.
"""

import io
import re
import zipfile
from datetime import datetime
from typing import Final

_ENTRY_TIME: Final = (1980, 1, 1, 0, 0, 0)
_FIRST: Final = "[Content_Types].xml"
_PROPERTIES: Final = "docProps/core.xml"
_MOMENTS: Final = re.compile(
    rb"(<dcterms:(?:created|modified)\b[^>]*>)[^<]*(</dcterms:(?:created|modified)>)"
)


def settled(package: bytes, moment: datetime) -> bytes:
    """The same package with fixed times; its properties say that it was made at `moment`."""
    said = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target,
    ):
        for name in sorted(source.namelist(), key=lambda name: (name != _FIRST, name)):
            content = source.read(name)
            if name == _PROPERTIES:
                content = _MOMENTS.sub(rb"\g<1>" + said + rb"\g<2>", content)
            entry = zipfile.ZipInfo(name, _ENTRY_TIME)
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            target.writestr(entry, content)
    return out.getvalue()
