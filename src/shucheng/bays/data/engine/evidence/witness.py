"""Evidence for somebody else: the proof that goes with a leaf, and the file of a witness.

A witness is a third party (an audit office, a notary) that keeps every head it was shown, one JSON
line each, in a file of its own. It takes a head only where a proof shows that the log still begins
as it did: a log that was rewritten, or that shows different people different histories, cannot
satisfy one honest witness. `verify.py` checks proofs and such files without any of this code.
"""

import fcntl
import json
import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from .heads import HeadRefused, SignedHead, verify_head
from .log import sync_folder
from .merkle import Tree, verify_consistency

PROOF_SCHEMA = "shucheng.evidence-proof/1"


def make_proof(
    tree: Tree, index: int, head: SignedHead, known_sizes: Iterable[int] = ()
) -> dict[str, Any]:
    """The document that shows that leaf `index` (from 0) is in the log as this head states it.

    `known_sizes` are those of heads that the reader has kept or a witness has taken, smaller or
    larger than the head's: the document shows that they are of the same log. Raises `NotInTree`.
    """

    def joined(size: int) -> list[str]:
        return _texts(tree.consistency(*sorted((size, head.size))))

    path = tree.inclusion(index, head.size)
    return {
        "schema": PROOF_SCHEMA,
        "index": index,
        "leaf_hash": tree.node(0, index).hex(),
        "inclusion": _texts(path),
        "head": head.to_json(),
        "consistency": {str(size): joined(size) for size in sorted(set(known_sizes))},
    }


def witness_head(
    file: Path, head: SignedHead, consistency: Sequence[bytes], *, keys: Collection[str]
) -> None:
    """Take a head into the witness's file, which is made where there is none.

    `consistency` is the log's `tree.consistency(last, head.size)`, where `last` is the size of the
    last witnessed head (0 at first); `keys` are the public keys that the witness trusts. On return
    the head is on the disk. Raises `HeadRefused`: it is not signed by them, is of another log or
    hash, older, or does not continue the last one.
    """
    verify_head(head, keys)
    with file.open("a+b") as lines:
        fcntl.flock(lines, fcntl.LOCK_EX)
        last, whole = _last(file)
        _continues(last, head, consistency)
        # A line that a crash left torn was acknowledged to nobody.
        lines.truncate(whole)
        line = {"head": head.to_json(), "consistency": _texts(consistency)}
        lines.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        lines.flush()
        os.fsync(lines.fileno())
    sync_folder(file.parent)


def last_witnessed(file: Path) -> SignedHead | None:
    """The head that the next one has to continue. Raises `HeadRefused` for what is no such file."""
    return _last(file)[0]


def _continues(last: SignedHead | None, head: SignedHead, path: Sequence[bytes]) -> None:
    if last is None:
        if path:
            raise HeadRefused("the first head continues nothing")
        return
    if (head.origin, head.hash) != (last.origin, last.hash):
        raise HeadRefused("it is of another log than the last witnessed one")
    if head.size < last.size or head.timestamp < last.timestamp:
        raise HeadRefused(f"it is older than the last witnessed one, of {last.size} leaves")
    if not verify_consistency(head.hash, last.size, head.size, path, last.root, head.root):
        raise HeadRefused(f"it does not continue the last witnessed one, of {last.size} leaves")


def _last(file: Path) -> tuple[SignedHead | None, int]:
    """The last witnessed head, and where its line ends (bytes)."""
    last, end = None, 0
    with file.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                break
            try:
                last = SignedHead.from_json(json.loads(line)["head"])
            except (ValueError, KeyError, TypeError) as error:
                raise HeadRefused(f"{file} is no witness's file") from error
            end += len(line)
    return last, end


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [each.hex() for each in hashes]
