"""Trees in memory, for tests of proofs."""

from collections.abc import Iterable

from shucheng.bays.data.engine.evidence.merkle import Hash, Tree, grow, place, written


def tree_over(hash_: Hash, leaves: Iterable[bytes]) -> Tree:
    nodes: list[bytes] = []
    edge: list[bytes] = []
    for size, leaf in enumerate(leaves):
        assert len(nodes) == written(size)
        nodes += grow(hash_, edge, size, hash_.leaf(leaf))
    return Tree(hash_, lambda level, number: nodes[place(level, number)])
