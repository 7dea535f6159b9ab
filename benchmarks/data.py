"""How long the data bay's engines take, against physical limits and the plainest other way.

    python benchmarks/data.py [--quick] [--json FILE] [--data FOLDER]

- `evidence_append`: leaves of 200 bytes, appended in batches, each on the disk before the next;
  against the same bytes written to a file and synced after each batch: no hashes, tree or index;
- `evidence_proof`: the proof that a leaf is in a log of 10,000,000 (`--quick`: 100,000), read from
  its files, with the leaf; against one read of 32 bytes for each hash of the proof. The operating
  system holds the files in memory, as it does where they are used.
"""

import os
import random
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
sys.path[:1] = [str(ROOT / "src"), str(ROOT)]

from benchmarks.frame import Row, arguments, best, folder_for, row, seconds, told  # noqa: E402

from shucheng.bays.data.engine.evidence.log import Log, LogReader  # noqa: E402
from shucheng.bays.data.engine.evidence.merkle import verify_inclusion  # noqa: E402

LEAVES_A_SECOND = 5_000
PROOF_SECONDS = 0.001


def main() -> int:
    options = arguments(__doc__, data="keep the made files here and use them again")
    with folder_for(options.data) as folder:
        rows = append_rows(Path(folder), options.quick) + proof_rows(Path(folder), options.quick)
    return told(rows, options.json)


def append_rows(folder: Path, quick: bool) -> list[Row]:
    """Leaves a second, durable, by the size of the batches."""
    rows = []
    for size in (100, 1_000, 10_000):
        batches = max(5, min(200, (20_000 if quick else 200_000) // size))
        contents = [b"%0200d" % number for number in range(size)]
        ours, raw = [], []
        # In turns, and each the best of three: others use the disk as well.
        for _ in range(3):
            with TemporaryDirectory(dir=folder) as made:
                with Log(Path(made, "log")) as log:
                    ours.append(seconds(partial(log.append, contents), batches))
                    assert log.size == size * batches
                raw.append(write_raw(Path(made, "raw"), b"".join(contents), batches))
        rate, limit = (size / min(times) for times in (ours, raw))
        name = f"evidence_append: batches of {size:,} leaves"
        rows.append(row(name, rate, "the same written and synced", limit, unit="leaves/s"))
        if size == 1_000:
            bar = {"unit": "leaves/s", "bar": 1.0, "at_least": True}
            rows.append(row("the same", rate, "the bar", LEAVES_A_SECOND, **bar))
    return rows


def write_raw(file: Path, batch: bytes, batches: int) -> float:
    with file.open("wb", buffering=0) as raw:

        def write() -> None:
            raw.write(batch)
            os.fdatasync(raw.fileno())

        return seconds(write, batches)


def proof_rows(folder: Path, quick: bool) -> list[Row]:
    """One leaf with its proof, and the proof that joins two sizes, in milliseconds."""
    size, asked = 100_000 if quick else 10_000_000, 2_000
    home = folder / f"evidence-{size}"
    make_log(home, size)
    chance = random.Random(1)
    indexes = [chance.randrange(1, size) for _ in range(asked)]
    with LogReader(home) as log:
        root = log.tree.root(size)

        def prove(index: int) -> tuple[bytes, list[bytes]]:
            return log.leaf(index), log.tree.inclusion(index, size)

        for index in indexes[:100]:
            content, path = prove(index)
            leaf = log.hash.leaf(content)
            assert verify_inclusion(log.hash, leaf, index, size, path, root)
        alone = sorted(best(partial(prove, index)) for index in indexes)
        joined = sorted(best(partial(log.tree.consistency, index, size)) for index in indexes)
    hashes = len(path)
    limit = sorted(read_hashes(home / "hashes", hashes, chance) for _ in range(asked))
    peer, late = f"{hashes} hashes read from the file", asked * 99 // 100
    name = f"evidence_proof: a leaf of {size:,}"
    return [
        milliseconds(f"{name}, median", alone[asked // 2], peer, limit[asked // 2]),
        milliseconds("the same, 99 of 100", alone[late], "the bar", PROOF_SECONDS, 1.0),
        milliseconds("two sizes joined, 99 of 100", joined[late], "the bar", PROOF_SECONDS, 1.0),
    ]


def make_log(home: Path, size: int) -> None:
    batch = 50_000
    with Log(home) as log:
        for first in range(log.size, size, batch):
            log.append([b"%032d" % number for number in range(first, first + batch)])


def read_hashes(file: Path, count: int, chance: random.Random) -> float:
    """Seconds that it takes to read so many hashes anywhere in the file."""
    places = [chance.randrange(file.stat().st_size // 32) * 32 for _ in range(count)]
    with file.open("rb", buffering=0) as hashes:
        return best(lambda: [os.pread(hashes.fileno(), 32, place) for place in places])


def milliseconds(
    name: str, value: float, peer: str, peer_value: float, bar: float | None = None
) -> Row:
    """Of times in seconds."""
    return row(name, value * 1000, peer, peer_value * 1000, unit="ms", bar=bar)


if __name__ == "__main__":
    raise SystemExit(main())
