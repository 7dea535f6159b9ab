"""The Merkle tree of RFC 9162, section 2.1: hashes, proofs, and how proofs are verified.

The hash is SM3 (GB/T 32905-2016) or SHA-256. The roots of perfect subtrees never change once their
last leaf is there; a tree is therefore read through one function, `node(level, number)`: the root
of the `number`-th (from 0) subtree of 2**level leaves. Files, a table or a list can all answer it
(`place` numbers such hashes in the order in which they come to be), and a proof in a tree of n
leaves asks it at most 2 log2(n) times.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gmssl_pyx import sm3_hash


@dataclass(frozen=True, slots=True)
class Hash:
    """A hash of 32 bytes, and the two ways a tree uses it (RFC 9162, 2.1.1)."""

    name: str
    digest: Callable[[bytes], bytes]

    def leaf(self, content: bytes) -> bytes:
        return self.digest(b"\x00" + content)

    def node(self, left: bytes, right: bytes) -> bytes:
        return self.digest(b"\x01" + left + right)


SM3 = Hash("sm3", sm3_hash)
SHA256 = Hash("sha256", lambda data: hashlib.sha256(data).digest())
HASHES: Mapping[str, Hash] = {each.name: each for each in (SM3, SHA256)}
Node = Callable[[int, int], bytes]


class NotInTree(ValueError):
    """A proof was asked for a leaf or a size that the tree does not have."""

    code = "evidence-not-in-tree"


def written(size: int) -> int:
    """How many perfect subtrees a tree of `size` leaves has: one a leaf and those they complete."""
    return 2 * size - size.bit_count()


def place(level: int, number: int) -> int:
    """Where the root of a perfect subtree stands among all of them, in the order they come to be:
    a leaf, then each subtree that it completes, the smallest first."""
    return written((number + 1 << level) - 1) + level


def grow(hash_: Hash, edge: list[bytes], size: int, leaf_hash: bytes) -> list[bytes]:
    """Add one leaf to a tree of `size` leaves: the hashes that now are, in the order of `place`.

    `edge` is `Tree.edge(size)` and becomes that of the tree with the leaf.
    """
    grown = [leaf_hash]
    while size & 1:
        grown.append(hash_.node(edge.pop(), grown[-1]))
        size >>= 1
    edge.append(grown[-1])
    return grown


@dataclass(frozen=True, slots=True)
class Tree:
    """Roots and proofs for every size up to that which `node` knows."""

    hash: Hash
    node: Node

    def edge(self, size: int) -> list[bytes]:
        """Roots of the perfect subtrees that a tree of `size` leaves is made of, from the left."""
        levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
        return [self.node(level, (size >> level) - 1) for level in levels]

    def root(self, size: int) -> bytes:
        """MTH (RFC 9162, 2.1.1); of no leaves, the hash of nothing."""
        return self._root(0, size) if size else self.hash.digest(b"")

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """PATH (RFC 9162, 2.1.3.1): that leaf `index` (from 0) is in the tree of `size` leaves.

        At most log2(size) + 1 hashes, from the leaf upwards. Raises `NotInTree`.
        """
        if not 0 <= index < size:
            raise NotInTree(f"leaf {index} is not in a tree of {size} leaves")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _left(end - start)
            if index < middle:
                path.append(self._root(middle, end))
                end = middle
            else:
                path.append(self._root(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """PROOF (RFC 9162, 2.1.4.1): that the tree of `new` leaves begins with that of `old`.

        Nothing is needed for the same size or an empty tree. Raises `NotInTree`.
        """
        if not 0 <= old <= new:
            raise NotInTree(f"a tree of {new} leaves cannot begin with one of {old}")
        if old in (0, new):
            return []
        path: list[bytes] = []
        start, end = 0, new
        while end != old:
            middle = start + _left(end - start)
            if old <= middle:
                path.append(self._root(middle, end))
                end = middle
            else:
                path.append(self._root(start, middle))
                start = middle
        # The old tree's own root is known to whoever asks, unless it is not one subtree.
        if start:
            path.append(self._root(start, end))
        return path[::-1]

    def _root(self, start: int, end: int) -> bytes:
        """Root over leaves `start` to `end`, where `start` is a multiple of a power of 2 that is
        at least as large."""
        size = end - start
        level = size.bit_length() - 1
        if size == 1 << level:
            return self.node(level, start >> level)
        middle = start + _left(size)
        return self.hash.node(self._root(start, middle), self._root(middle, end))


def _left(size: int) -> int:
    """The largest power of 2 that is smaller than `size` (at least 2)."""
    return int(1 << (size - 1).bit_length() - 1)


def verify_inclusion(
    hash_: Hash, leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Whether leaf `index` of the tree with this size and root has this hash (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, found = index, size - 1, leaf_hash
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = hash_.node(step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = hash_.node(found, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == root


def verify_consistency(
    hash_: Hash, old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether the tree of `new` leaves begins with the tree of `old` leaves (2.1.4.2). The same
    size needs the same root; every tree begins with the empty one."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        expected = new_root if old == new else hash_.digest(b"")
        return not path and old_root == expected
    steps = list(path) if old & (old - 1) else [old_root, *path]
    if not steps:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first, second = hash_.node(step, first), hash_.node(step, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = hash_.node(second, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and first == old_root and second == new_root
