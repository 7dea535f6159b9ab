"""A Word file's zip, unpacked with limits: what it declares is not believed, only measured."""

import io
import zipfile
import zlib
from zipfile import BadZipFile, ZipFile, ZipInfo

from shucheng.plan.compiler.errors import PlanUnreadable

MAX_ENTRIES = 10_000
MAX_PART_BYTES = 64 * 1024 * 1024
MAX_DECLARED_BYTES = 1024 * 1024 * 1024
MAX_TAGS = 2_000_000
_CHUNK = 1024 * 1024
_DIRECTORY_ENTRY = b"PK\x01\x02"
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Package:
    """The parts of a zip by name. Every failure is a PlanUnreadable."""

    def __init__(self, data: bytes) -> None:
        if data.count(_DIRECTORY_ENTRY) > MAX_ENTRIES:
            raise PlanUnreadable("plan.docx_bomb", reason=f"more than {MAX_ENTRIES} parts")
        try:
            self._zip = ZipFile(io.BytesIO(data))
        except (BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise PlanUnreadable("plan.docx_damaged", reason="no zip directory") from error
        self._parts = {info.filename: info for info in self._zip.infolist()}
        if sum(info.file_size for info in self._parts.values()) > MAX_DECLARED_BYTES:
            raise PlanUnreadable("plan.docx_bomb", reason="its parts declare more than 1 GB")

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._parts)

    def read(self, name: str) -> bytes | None:
        """The part's bytes; None where there is no such part."""
        info = self._parts.get(name)
        if info is None:
            return None
        if info.flag_bits & 1:
            raise PlanUnreadable("plan.docx_encrypted")
        if info.compress_type not in _READABLE:
            raise PlanUnreadable("plan.docx_damaged", reason=f"{name} is packed in an unknown way")
        try:
            return self._inflate(info)
        except (BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError) as error:
            raise PlanUnreadable("plan.docx_damaged", reason=f"{name} does not unpack") from error

    def read_xml(self, name: str) -> bytes | None:
        """An XML part that declares no entities and is no forest of empty tags."""
        data = self.read(name)
        if data is None:
            return None
        # Word never writes a document type; it is where entities that explode are declared.
        plain = data.replace(b"\0", b"")
        if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
            raise PlanUnreadable("plan.docx_bomb", reason=f"{name} declares entities")
        if plain.count(b"<") > MAX_TAGS:
            raise PlanUnreadable("plan.docx_bomb", reason=f"{name} has over {MAX_TAGS} tags")
        return data

    def _inflate(self, info: ZipInfo) -> bytes:
        pieces: list[bytes] = []
        left = MAX_PART_BYTES
        with self._zip.open(info) as stream:
            while piece := stream.read(_CHUNK):
                left -= len(piece)
                if left < 0:
                    limit = MAX_PART_BYTES // 1024 // 1024
                    reason = f"{info.filename} is over {limit} MB"
                    raise PlanUnreadable("plan.docx_bomb", reason=reason)
                pieces.append(piece)
        return b"".join(pieces)
