"""An append-only log of leaves in files, and the Merkle tree over them.

A folder holds `journal` (the truth: a header line, then a frame for each batch of leaves), and what
is made from it: `hashes` (roots of perfect subtrees, 32 bytes each, in the order of `merkle.place`)
and `index` (where each leaf's content lies in the journal), `checkpoint.json` (up to where both are
known to be on the disk) and `lock`. A batch is acknowledged once its frame is on the disk: one sync
whatever its size. Whoever opens the log to append takes over what was written whole after the
checkpoint and cuts off a frame that a crash left torn. `hashes`, `index` and checkpoint are made
anew where they are missing: so whoever finds them damaged (`check`) deletes them.

A frame: FRAME (magic, number of its first leaf, leaves, bytes of contents), each content's length
(u32), the contents, SHA-256 over the header line and all that; integers are big-endian. The header
line has a random part, so that no leaf's content can pass for a frame.

A database keeps the events that leaves are made of: written in the event's own transaction,
appended here in the order of their number by one job, which begins at `size`; a job killed between
the two finds its leaves already here. Reading needs no lock; a reader asks about sizes of signed
heads, which were acknowledged.
"""

import fcntl
import hashlib
import json
import os
import secrets
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from .merkle import HASHES, SM3, Hash, NotInTree, Tree, grow, place, written

SCHEMA = "shucheng.evidence-log/1"
FRAME = struct.Struct(">4sQIQ")
MAGIC = b"LEAF"
INDEX = struct.Struct(">QI")
WIDTH = 32
MAX_BATCH = 1 << 28
"""Bytes of a batch's frame at most (256 MiB)."""
CHECKPOINT_EVERY = 100_000
"""Leaves: what the next start may have to take over from the journal, about a second's work."""


class LogDamaged(Exception):
    """The files are not what was acknowledged: restore them from a backup."""

    code = "evidence-log-damaged"


class LogBusy(Exception):
    """Another process has the log open to append: try again later."""

    code = "evidence-log-busy"


class LogClosed(Exception):
    """The log was closed, or an append failed on the disk: open it again."""

    code = "evidence-log-closed"


class BatchTooLarge(ValueError):
    """Append in smaller batches."""

    code = "evidence-batch-too-large"


@dataclass(frozen=True, slots=True)
class Frame:
    """One batch in the journal: its first leaf, contents, and where they begin and the frame ends
    (bytes)."""

    first: int
    contents: Sequence[bytes]
    start: int
    end: int


class LogReader:
    """Leaves and proofs (`tree`) of a log that another process may be appending to."""

    _mode = os.O_RDONLY

    def __init__(self, folder: Path | str) -> None:
        """Raises `FileNotFoundError` where there is no log, `LogDamaged`."""
        self.folder = Path(folder)
        self._files: list[int] = []
        try:
            for name in ("journal", "index", "hashes"):
                self._files.append(os.open(self.folder / name, self._mode))
        except OSError:
            self._close_files()
            raise
        self._journal, self._index, self._hashes = self._files
        self._header = os.pread(self._journal, 200, 0).partition(b"\n")[0] + b"\n"
        schema, name, *_ = [*self._header.decode(errors="replace").split(), "", ""]
        if schema != SCHEMA or name not in HASHES:
            self._close_files()
            raise LogDamaged(f"{self.folder / 'journal'} does not begin as a log of evidence")
        self.hash = HASHES[name]
        self.tree = Tree(self.hash, self._node)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._close_files()

    @property
    def size(self) -> int:
        """How many leaves there are."""
        if not self._files:
            raise LogClosed(str(self.folder))
        return os.fstat(self._index).st_size // INDEX.size

    def leaf(self, number: int) -> bytes:
        """The content of a leaf (from 0). Raises `IndexError`; `LogDamaged` where it is not the
        content that was appended."""
        if not 0 <= number < self.size:
            raise IndexError(f"the log has no leaf {number}")
        start, length = INDEX.unpack(os.pread(self._index, INDEX.size, number * INDEX.size))
        inside = start + length <= os.fstat(self._journal).st_size
        content = os.pread(self._journal, length, start) if inside else b""
        if not inside or self.hash.leaf(content) != self._node(0, number):
            raise LogDamaged(f"leaf {number} is not what was appended")
        return content

    def check(self) -> bytes:
        """Read every leaf again and compare everything made from them: the root of the whole tree.

        Some minutes for ten million leaves. Raises `LogDamaged`, naming the first leaf.
        """
        size, edge, at = self.size, list[bytes](), len(self._header)
        count = 0
        while count < size:
            frame = self._frame(at, count)
            if frame is None:
                raise LogDamaged(f"the batch that begins with leaf {count} was changed")
            for number, content in enumerate(frame.contents[: size - count], count):
                grown = grow(self.hash, edge, number, self.hash.leaf(content))
                kept = os.pread(self._hashes, WIDTH * len(grown), WIDTH * written(number))
                if kept != b"".join(grown) or self.leaf(number) != content:
                    raise LogDamaged(f"the hashes of leaf {number} were changed")
            count, at = count + len(frame.contents), frame.end
        return self.tree.root(size)

    def _close_files(self) -> None:
        while self._files:
            os.close(self._files.pop())

    def _node(self, level: int, number: int) -> bytes:
        if not self._files:
            raise LogClosed(str(self.folder))
        found = os.pread(self._hashes, WIDTH, WIDTH * place(level, number))
        if len(found) < WIDTH:
            last = (number + 1 << level) - 1
            if last >= self.size:
                raise NotInTree(f"the log has no leaf {last}")
            raise LogDamaged(f"the hashes do not reach leaf {last}")
        return found

    def _frame(self, at: int, first: int | None) -> Frame | None:
        """The frame at this place, where a whole one begins with this leaf (None: any)."""
        head = os.pread(self._journal, FRAME.size, at)
        if len(head) < FRAME.size:
            return None
        magic, number, count, length = FRAME.unpack(head)
        start = at + FRAME.size + 4 * count
        end = start + length + WIDTH
        if magic != MAGIC or first not in (None, number) or end - at > MAX_BATCH:
            return None
        if end > os.fstat(self._journal).st_size:
            return None
        body = _read(self._journal, end - at - FRAME.size, at + FRAME.size)
        if hashlib.sha256(self._header + head + body[:-WIDTH]).digest() != body[-WIDTH:]:
            return None
        ends = [0, *accumulate(struct.unpack_from(f">{count}I", body))]
        contents = body[4 * count : -WIDTH]
        pieces = [contents[a:b] for a, b in pairwise(ends)]
        return Frame(number, pieces, start, end)


class Log(LogReader):
    """A log open to append; one at a time, for all processes."""

    _mode = os.O_RDWR

    def __init__(self, folder: Path | str, hash_: Hash = SM3) -> None:
        """Open the log of a folder; make it where there is none, with this hash.

        What was acknowledged before a crash is there. Raises `LogBusy`, `LogDamaged`.
        """
        self._files, self._turn = [], Lock()
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o640)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _make(folder, hash_)
            super().__init__(folder)
            self._lock = lock
            self._recover()
        except BaseException as error:
            self._close_files()
            os.close(lock)
            if isinstance(error, BlockingIOError):
                raise LogBusy(f"{folder} is open to append already") from None
            raise

    def append(self, contents: Sequence[bytes]) -> range:
        """Append leaves; once this returns, they are on the disk. Their numbers.

        Raises `BatchTooLarge`, `LogClosed`, and `OSError` where the disk refuses: the log is closed
        then, and opened again it has the batch whole or not at all.
        """
        with self._turn:
            first = self.size
            if not contents:
                return range(first, first)
            length = sum(map(len, contents))
            whole = FRAME.size + 4 * len(contents) + length + WIDTH
            if whole > MAX_BATCH:
                raise BatchTooLarge(f"{whole} bytes, {MAX_BATCH} at most")
            frame = FRAME.pack(MAGIC, first, len(contents), length)
            frame += struct.pack(f">{len(contents)}I", *map(len, contents)) + b"".join(contents)
            frame += hashlib.sha256(self._header + frame).digest()
            start = self._end + FRAME.size + 4 * len(contents)
            try:
                _write(self._journal, frame, self._end)
                os.fdatasync(self._journal)
                self._take(Frame(first, contents, start, self._end + whole))
                if self.size - self._checked >= CHECKPOINT_EVERY:
                    self._checkpoint()
            except BaseException:
                # What is on the disk now is for the next start to find out.
                self._release()
                raise
            return range(first, first + len(contents))

    def close(self) -> None:
        with self._turn:
            if self._files:
                try:
                    if self.size > self._checked:
                        self._checkpoint()
                finally:
                    self._release()

    def _release(self) -> None:
        self._close_files()
        os.close(self._lock)

    def _take(self, frame: Frame) -> None:
        """Add a frame's leaves to the hashes and the index (last: it tells readers the size)."""
        grown: list[bytes] = []
        entries: list[bytes] = []
        at = frame.start
        for number, content in enumerate(frame.contents, frame.first):
            grown += grow(self.hash, self._edge, number, self.hash.leaf(content))
            entries.append(INDEX.pack(at, len(content)))
            at += len(content)
        _write(self._hashes, b"".join(grown), WIDTH * written(frame.first))
        _write(self._index, b"".join(entries), INDEX.size * frame.first)
        self._end = frame.end

    def _recover(self) -> None:
        size, self._end = self._last_checkpoint()
        self._checked = size
        self._edge: list[bytes] = self.tree.edge(size)
        for frame in self._frames(size):
            self._take(frame)
            size += len(frame.contents)
        if not self._is_torn():
            raise LogDamaged(f"the batch that begins with leaf {size} is not what was appended")
        os.ftruncate(self._journal, self._end)
        os.ftruncate(self._hashes, WIDTH * written(size))
        os.ftruncate(self._index, INDEX.size * size)
        if size > self._checked:
            self._checkpoint()

    def _is_torn(self) -> bool:
        """Whether what follows the last whole frame can be one that a crash left: then nothing
        follows it, for the next is written once this one is on the disk."""
        length = os.fstat(self._journal).st_size - self._end
        if length > MAX_BATCH:
            return False
        rest = _read(self._journal, length, self._end)
        at = rest.find(MAGIC)
        while at >= 0:
            if self._frame(self._end + at, None):
                return False
            at = rest.find(MAGIC, at + 1)
        return True

    def _frames(self, size: int) -> Iterator[Frame]:
        while frame := self._frame(self._end, size):
            yield frame
            size += len(frame.contents)

    def _last_checkpoint(self) -> tuple[int, int]:
        """Leaves, and bytes of the journal, whose hashes need not be made again."""
        nothing = 0, len(self._header)
        try:
            said = json.loads((self.folder / "checkpoint.json").read_bytes())
            size, end, root = int(said["size"]), int(said["end"]), str(said["root"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return nothing
        if end > os.fstat(self._journal).st_size:
            raise LogDamaged(f"{self.folder / 'journal'} ends before leaf {size}")
        with suppress(LogDamaged):
            if self.size >= size and self.tree.root(size).hex() == root:
                return size, end
        return nothing

    def _checkpoint(self) -> None:
        os.fdatasync(self._journal)
        os.fdatasync(self._hashes)
        os.fdatasync(self._index)
        size = self.size
        said = {"size": size, "end": self._end, "root": self.tree.root(size).hex()}
        _write_whole(self.folder / "checkpoint.json", json.dumps(said).encode())
        self._checked = size


def _make(folder: Path, hash_: Hash) -> None:
    """The files of an empty log, where there are none."""
    for name in ("index", "hashes"):
        (folder / name).touch()
    if not (folder / "journal").exists():
        if (folder / "checkpoint.json").exists():
            raise LogDamaged(f"{folder / 'journal'} is missing")
        header = f"{SCHEMA} {hash_.name} {secrets.token_hex(16)}\n"
        _write_whole(folder / "journal", header.encode())


def _read(file: int, length: int, at: int) -> bytes:
    """All of it: a read may give less than it was asked for."""
    pieces = []
    while length and (piece := os.pread(file, length, at)):
        pieces.append(piece)
        length, at = length - len(piece), at + len(piece)
    return b"".join(pieces)


def _write(file: int, data: bytes, at: int) -> None:
    """All of it: a write may take less than it was given."""
    rest = memoryview(data)
    while rest:
        done = os.pwrite(file, rest, at)
        rest, at = rest[done:], at + done


def _write_whole(path: Path, content: bytes) -> None:
    """Replace a file so that a crash leaves the former or the new one."""
    draft = path.with_name(f"{path.name}.new")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    try:
        _write(file, content, 0)
        os.fsync(file)
    finally:
        os.close(file)
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """A new name in this folder outlives a power failure."""
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
