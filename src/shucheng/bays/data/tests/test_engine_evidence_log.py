"""The log in its files: what was appended stays, whatever happens to the process or the files."""

import json
import os
import random
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shucheng.bays.data.engine.evidence import log as files
from shucheng.bays.data.engine.evidence.log import (
    FRAME,
    MAGIC,
    BatchTooLarge,
    Log,
    LogBusy,
    LogClosed,
    LogDamaged,
    LogReader,
)
from shucheng.bays.data.engine.evidence.merkle import (
    SHA256,
    SM3,
    NotInTree,
    verify_consistency,
    verify_inclusion,
)


@pytest.fixture(autouse=True)
def _nothing_is_synced(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test takes the power away; waiting for the disk would be most of their time."""
    for call in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, call, lambda file: None)


def contents_of(log: LogReader) -> list[bytes]:
    return [log.leaf(number) for number in range(log.size)]


def leaves(count: int, first: int = 0) -> list[bytes]:
    return [b"leaf %d" % number for number in range(first, first + count)]


def test_leaves_are_numbered_and_read_back(tmp_path):
    with Log(tmp_path / "log") as log:
        assert log.append([b"one", b"", "三".encode()]) == range(3)
        assert log.append([]) == range(3, 3)
        assert log.append([b"four"]) == range(3, 4)
        assert contents_of(log) == [b"one", b"", "三".encode(), b"four"]
        root = log.check()
        assert root == log.tree.root(4)
        with pytest.raises(IndexError, match="no leaf 4"):
            log.leaf(4)
        for index, size in ((4, 4), (3, 9), (6, 9)):
            with pytest.raises(NotInTree):
                log.tree.inclusion(index, size)
    with LogReader(tmp_path / "log") as reader:
        assert (reader.size, reader.check()) == (4, root)


@pytest.mark.parametrize("hash_", [SM3, SHA256], ids=["sm3", "sha256"])
def test_a_log_keeps_the_hash_it_was_made_with(tmp_path, hash_):
    with Log(tmp_path, hash_) as log:
        log.append(leaves(5))
    for other in (SM3, SHA256):
        with Log(tmp_path, other) as log:
            assert log.hash is hash_
            path = log.tree.inclusion(3, 5)
            assert verify_inclusion(hash_, hash_.leaf(b"leaf 3"), 3, 5, path, log.tree.root(5))


@settings(max_examples=30)
@given(batches=st.lists(st.lists(st.binary(max_size=40), max_size=9), max_size=12), data=st.data())
def test_any_batches_give_one_tree_and_every_state_begins_the_next(tmp_path_factory, batches, data):
    folder = tmp_path_factory.mktemp("log")
    roots: dict[int, bytes] = {}
    for batch in batches:
        with Log(folder) as log:
            log.append(batch)
            roots[log.size] = log.tree.root(log.size)
    everything = [content for batch in batches for content in batch]
    with Log(folder) as log:
        assert contents_of(log) == everything
        for size, root in roots.items():
            path = log.tree.consistency(size, log.size)
            assert verify_consistency(log.hash, size, log.size, path, root, log.check())
    if everything:
        with Log(tmp_path_factory.mktemp("at-once")) as once:
            once.append(everything)
            assert once.tree.root(once.size) == roots[once.size]


def test_one_process_and_one_object_append_at_a_time(tmp_path):
    with Log(tmp_path) as log, pytest.raises(LogBusy):
        Log(tmp_path)
    with Log(tmp_path):
        pass
    with pytest.raises(LogClosed):
        log.append([b"late"])
    with pytest.raises(LogClosed):
        log.tree.root(1)


def test_threads_take_turns(tmp_path):
    with Log(tmp_path) as log:
        given: dict[int, range] = {}

        def work(me: int) -> None:
            given[me] = log.append([b"%d-%d" % (me, number) for number in range(20)])

        threads = [threading.Thread(target=work, args=(me,)) for me in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert log.size == 160
        for me, numbers in given.items():
            assert log.leaf(numbers[7]) == b"%d-7" % me
        log.check()


def test_a_reader_follows_a_log_that_grows(tmp_path):
    with Log(tmp_path) as log, LogReader(tmp_path) as reader:
        for size in (3, 8, 11):
            log.append(leaves(size - log.size, log.size))
            assert reader.size == size
            assert reader.tree.root(size) == log.tree.root(size)
            assert reader.leaf(size - 1) == b"leaf %d" % (size - 1)


# -- crashes ---------------------------------------------------------------------------------------


def crashed(folder: Path, batches: list[list[bytes]]) -> list[int]:
    """A log whose process ended without closing it: where each batch ends in the journal."""
    log = Log(folder)
    ends = [log._end]
    for batch in batches:
        log.append(batch)
        ends.append(log._end)
    log._release()
    return ends


def test_a_torn_frame_is_cut_off_wherever_it_was_torn(tmp_path):
    ends = crashed(tmp_path, [leaves(3), leaves(4, 3)])
    whole = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    for cut in range(ends[1], ends[2] + 1):
        (tmp_path / "checkpoint.json").unlink(missing_ok=True)
        for name, content in whole.items():
            (tmp_path / name).write_bytes(content)
        (tmp_path / "journal").write_bytes(whole["journal"][:cut])
        with Log(tmp_path) as log:
            size = 7 if cut == ends[2] else 3
            assert contents_of(log) == leaves(size)
            log.check()
            assert log.append([b"next"]) == range(size, size + 1)


def test_a_frame_whose_blocks_never_reached_the_disk_is_cut_off(tmp_path):
    """After a power failure the file may have its length and, in places, nothing in it."""
    ends = crashed(tmp_path, [leaves(3), leaves(4, 3)])
    whole = (tmp_path / "journal").read_bytes()
    chance = random.Random(1)
    for _ in range(60):
        a, b = sorted(chance.sample(range(ends[1], ends[2] + 1), 2))
        (tmp_path / "journal").write_bytes(whole[:a] + bytes(b - a) + whole[b:])
        with Log(tmp_path) as log:
            assert contents_of(log) == leaves(3)
            log.check()
        for name in ("hashes", "index"):
            (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b"rest" * 30)


def test_what_a_crash_left_whole_is_on_the_disk_before_it_counts(tmp_path):
    """It may not have been synced yet, and a head may be signed over it next."""
    crashed(tmp_path, [leaves(3), leaves(4, 3)])
    with Log(tmp_path) as log:
        assert json.loads((tmp_path / "checkpoint.json").read_text())["size"] == log.size == 7


@pytest.mark.parametrize("name", ["hashes", "index", "checkpoint.json"])
@pytest.mark.parametrize("what", ["missing", "empty", "short"])
def test_what_is_made_from_the_journal_can_be_lost(tmp_path, name, what):
    with Log(tmp_path) as log:
        for first in range(0, 30, 3):
            log.append(leaves(3, first))
        root = log.tree.root(30)
    file = tmp_path / name
    content = file.read_bytes()
    if what == "missing":
        file.unlink()
    else:
        file.write_bytes(content[:41] if what == "short" else b"")
    with Log(tmp_path) as log:
        assert contents_of(log) == leaves(30)
        assert log.check() == root


def test_damage_to_what_was_acknowledged_is_said_and_nothing_is_cut_off(tmp_path):
    ends = crashed(tmp_path, [leaves(3), leaves(4, 3), leaves(2, 7)])
    whole = (tmp_path / "journal").read_bytes()
    for place in range(ends[1], ends[2]):
        (tmp_path / "journal").write_bytes(
            whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        )
        with pytest.raises(LogDamaged, match="begins with leaf 3"):
            Log(tmp_path)
        assert (tmp_path / "journal").stat().st_size == len(whole)


def test_a_journal_that_lost_its_end_or_is_gone_is_not_begun_anew(tmp_path):
    with Log(tmp_path) as log:
        log.append(leaves(9))
    journal = tmp_path / "journal"
    content = journal.read_bytes()
    journal.write_bytes(content[:-1])
    with pytest.raises(LogDamaged, match="ends before leaf 9"):
        Log(tmp_path)
    journal.unlink()
    with pytest.raises(LogDamaged, match="missing"):
        Log(tmp_path)
    journal.write_bytes(b"something else\n")
    with pytest.raises(LogDamaged, match="does not begin"):
        Log(tmp_path)
    journal.write_bytes(content)
    with Log(tmp_path) as log:
        assert log.size == 9


def test_a_leaf_cannot_pass_for_a_frame(tmp_path):
    """Its content is the frame of a batch of another log: a torn batch with it is still torn."""
    crashed(tmp_path / "other", [leaves(2)])
    frame = (tmp_path / "other" / "journal").read_bytes().partition(b"\n")[2]
    assert frame.startswith(MAGIC)
    ends = crashed(tmp_path / "log", [[b"true"], [frame, b"rest"]])
    os.truncate(tmp_path / "log" / "journal", ends[2] - 1)
    with Log(tmp_path / "log") as log:
        assert contents_of(log) == [b"true"]


def test_a_leaf_that_was_changed_on_the_disk_is_never_given_out(tmp_path):
    with Log(tmp_path) as log:
        log.append(leaves(40))
    journal = tmp_path / "journal"
    journal.write_bytes(journal.read_bytes().replace(b"leaf 17", b"leaf 71"))
    with LogReader(tmp_path) as reader:
        assert reader.leaf(16) == b"leaf 16"
        with pytest.raises(LogDamaged, match="leaf 17"):
            reader.leaf(17)
        with pytest.raises(LogDamaged, match="begins with leaf 0"):
            reader.check()


def test_a_hash_that_was_changed_is_found(tmp_path):
    with Log(tmp_path) as log:
        log.append(leaves(40))
    hashes = bytearray((tmp_path / "hashes").read_bytes())
    hashes[32 * 20] ^= 1
    (tmp_path / "hashes").write_bytes(hashes)
    with LogReader(tmp_path) as reader, pytest.raises(LogDamaged, match="leaf 1"):
        reader.check()


def test_a_batch_is_on_the_disk_before_it_is_acknowledged_or_read(tmp_path, monkeypatch):
    with Log(tmp_path) as log, LogReader(tmp_path) as reader:
        seen: list[tuple[int, bool]] = []

        def sync(file: int) -> None:
            seen.append((reader.size, b"leaf 1" in (tmp_path / "journal").read_bytes()))

        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", sync)
            log.append(leaves(2))
        assert seen == [(0, True)]
        assert reader.size == 2


def test_an_index_that_was_changed_is_found_and_made_anew_once_deleted(tmp_path):
    with Log(tmp_path) as log:
        log.append(leaves(40))
    index = tmp_path / "index"
    index.write_bytes(b"\xff" * index.stat().st_size)
    with LogReader(tmp_path) as reader:
        with pytest.raises(LogDamaged, match="leaf 3"):
            reader.leaf(3)
        with pytest.raises(LogDamaged, match="leaf 0"):
            reader.check()
    index.unlink()
    with pytest.raises(FileNotFoundError):
        LogReader(tmp_path)
    with Log(tmp_path) as log:
        assert contents_of(log) == leaves(40)


@pytest.mark.parametrize("call", ["fdatasync", "pwrite"])
def test_a_disk_that_refuses_closes_the_log_and_loses_nothing(tmp_path, monkeypatch, call):
    log = Log(tmp_path)
    log.append(leaves(5))

    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, refuse)
        with pytest.raises(OSError, match="No space"):
            log.append(leaves(5, 5))
    with pytest.raises(LogClosed):
        log.append([b"more"])
    log.close()
    with Log(tmp_path) as log:
        assert log.size in (5, 10)
        assert contents_of(log) == leaves(log.size)
        log.check()


def test_a_batch_that_is_too_large_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_BATCH", 1000)
    with Log(tmp_path) as log:
        with pytest.raises(BatchTooLarge):
            log.append([bytes(1000)])
        with pytest.raises(BatchTooLarge):
            log.append([b""] * 250)
        assert log.append([bytes(900)]) == range(1)


def test_checkpoints_are_taken_as_the_log_grows(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "CHECKPOINT_EVERY", 10)
    log = Log(tmp_path)
    for first in range(0, 25, 5):
        log.append(leaves(5, first))
    log._release()
    assert json.loads((tmp_path / "checkpoint.json").read_text())["size"] == 20
    with Log(tmp_path) as log:
        assert contents_of(log) == leaves(25)


def test_a_frame_is_as_its_documentation_says(tmp_path):
    crashed(tmp_path, [[b"ab", b"c"]])
    header, _, frame = (tmp_path / "journal").read_bytes().partition(b"\n")
    assert header.decode().split()[:2] == ["shucheng.evidence-log/1", "sm3"]
    assert FRAME.unpack(frame[: FRAME.size]) == (b"LEAF", 0, 2, 3)
    assert frame[FRAME.size : -32] == struct.pack(">II", 2, 1) + b"abc"


WORKER = """
import random, sys
from shucheng.bays.data.engine.evidence import log as files
files.CHECKPOINT_EVERY = 300
chance = random.Random(int(sys.argv[2]))
with files.Log(sys.argv[1]) as log:
    while True:
        batch = [b"leaf %d" % n for n in range(log.size, log.size + chance.randint(1, 200))]
        numbers = log.append(batch)
        print(numbers.stop, log.tree.root(numbers.stop).hex(), flush=True)
"""


@pytest.mark.slow
def test_killed_again_and_again_nothing_acknowledged_is_lost(tmp_path):
    chance = random.Random(20250909)
    roots: dict[int, str] = {}
    for kill in range(15):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path / "log"), str(kill)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        told = [worker.stdout.readline()]
        time.sleep(chance.uniform(0, 0.15))
        os.kill(worker.pid, signal.SIGKILL)
        told += worker.stdout.readlines()
        worker.stdout.close()
        assert worker.wait() == -signal.SIGKILL
        # A line that was being printed was not acknowledged.
        lines = [line.split() for line in told if line.endswith("\n")]
        roots |= {int(size): root for size, root in lines}
        with Log(tmp_path / "log") as log:
            size = log.size
            assert size >= max(roots)
            assert all(log.tree.root(known).hex() == root for known, root in roots.items())
            assert contents_of(log) == leaves(size)
            log.check()
    assert len(roots) > 30
