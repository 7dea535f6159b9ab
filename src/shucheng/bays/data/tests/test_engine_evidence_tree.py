"""The tree against the recursion as RFC 9162 writes it, for every proof of every small size, and
the law that nothing else verifies."""

import hashlib
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shucheng.bays.data.engine.evidence import verify
from shucheng.bays.data.engine.evidence.merkle import (
    HASHES,
    SHA256,
    SM3,
    Hash,
    NotInTree,
    Tree,
    verify_consistency,
    verify_inclusion,
)
from shucheng.bays.data.tests.evidence_trees import tree_over

SIZES = range(131)
LEAVES = [b"leaf %d" % number for number in SIZES]
BOTH = pytest.mark.parametrize("hash_", HASHES.values(), ids=HASHES)


# -- RFC 9162, section 2.1, as it is written there -----------------------------------------------


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@cache
def mth(hash_: Hash, start: int, end: int) -> bytes:
    if start == end:
        return hash_.digest(b"")
    if end - start == 1:
        return hash_.digest(b"\x00" + LEAVES[start])
    k = split(end - start)
    left, right = mth(hash_, start, start + k), mth(hash_, start + k, end)
    return hash_.digest(b"\x01" + left + right)


def path_of(hash_: Hash, m: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    k = split(end - start)
    if m < k:
        return [*path_of(hash_, m, start, start + k), mth(hash_, start + k, end)]
    return [*path_of(hash_, m - k, start + k, end), mth(hash_, start, start + k)]


def subproof(hash_: Hash, m: int, start: int, end: int, known: bool) -> list[bytes]:
    n = end - start
    if m == n:
        return [] if known else [mth(hash_, start, end)]
    k = split(n)
    if m <= k:
        return [*subproof(hash_, m, start, start + k, known), mth(hash_, start + k, end)]
    return [*subproof(hash_, m - k, start + k, end, False), mth(hash_, start, start + k)]


# -- ours ------------------------------------------------------------------------------------------


@cache
def tree_of(hash_: Hash) -> Tree:
    return tree_over(hash_, LEAVES)


def test_the_hashes_are_those_of_their_standards():
    # GB/T 32905-2016, A.1; FIPS 180-4.
    assert SM3.digest(b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    assert SHA256.digest(b"abc") == hashlib.sha256(b"abc").digest()


def test_roots_known_from_elsewhere():
    """Certificate Transparency's published test vectors (SHA-256, eight leaves)."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves.append("606162636465666768696a6b6c6d6e6f")
    tree = tree_over(SHA256, map(bytes.fromhex, leaves))
    assert tree.root(0).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert tree.root(1).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert tree.root(7).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"
    assert tree.root(8).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@BOTH
def test_every_root_and_proof_is_that_of_the_standard_and_verifies(hash_):
    tree = tree_of(hash_)
    for size in SIZES:
        root = mth(hash_, 0, size)
        assert tree.root(size) == root
        for index in range(size):
            path = tree.inclusion(index, size)
            assert path == path_of(hash_, index, 0, size)
            assert verify_inclusion(hash_, hash_.leaf(LEAVES[index]), index, size, path, root)
        for old in range(size + 1):
            path = tree.consistency(old, size)
            if 0 < old < size:
                assert path == subproof(hash_, old, 0, size, True)
            assert verify_consistency(hash_, old, size, path, mth(hash_, 0, old), root)


def changed(hashes: list[bytes], place_: int, bit: int) -> list[bytes]:
    """One bit of one of the hashes is another; or, past the last, one hash more or one fewer."""
    place_ %= len(hashes) + 2
    if place_ == len(hashes):
        return [*hashes, bytes(32)]
    if place_ == len(hashes) + 1:
        return hashes[:-1] if hashes else [bytes(32)]
    number = int.from_bytes(hashes[place_], "big") ^ 1 << bit
    return [*hashes[:place_], number.to_bytes(32, "big"), *hashes[place_ + 1 :]]


BITS = st.integers(0, 255)


@given(size=st.integers(1, 130), data=st.data(), bit=BITS)
def test_no_inclusion_verifies_after_any_change(size, data, bit):
    tree, index = tree_of(SM3), data.draw(st.integers(0, size - 1))
    leaf, path, root = SM3.leaf(LEAVES[index]), tree.inclusion(index, size), tree.root(size)

    def holds(leaf=leaf, index=index, size=size, path=path, root=root) -> bool:
        return verify_inclusion(SM3, leaf, index, size, path, root)

    assert holds()
    assert not holds(leaf=changed([leaf], 0, bit)[0])
    assert not holds(root=changed([root], 0, bit)[0])
    assert not holds(path=changed(path, data.draw(st.integers(0, 9)), bit))
    assert not holds(index=data.draw(st.integers(-3, 200).filter(lambda other: other != index)))
    assert not verify_inclusion(SHA256, leaf, index, size, path, root) or not path
    # The root of another size is another; that the size alone is named wrongly shows where it
    # changes the way up, which is all that a path can tell (a signed head binds size and root).
    other = data.draw(st.integers(0, 130).filter(lambda other: other != size))
    assert not holds(size=other, root=tree.root(other)) or tree.root(other) == root


@given(new=st.integers(2, 130), data=st.data(), bit=BITS)
def test_no_consistency_verifies_after_any_change(new, data, bit):
    tree, old = tree_of(SM3), data.draw(st.integers(1, new - 1))
    path, old_root, new_root = tree.consistency(old, new), tree.root(old), tree.root(new)

    def holds(old=old, new=new, path=path, old_root=old_root, new_root=new_root) -> bool:
        return verify_consistency(SM3, old, new, path, old_root, new_root)

    assert holds()
    assert not holds(old_root=changed([old_root], 0, bit)[0])
    assert not holds(new_root=changed([new_root], 0, bit)[0])
    assert not holds(path=changed(path, data.draw(st.integers(0, 9)), bit))
    assert not holds(old=new, new=old)
    other = data.draw(st.integers(0, 130).filter(lambda other: other != old))
    assert not holds(old=other, old_root=tree.root(other))
    other = data.draw(st.integers(0, 130).filter(lambda other: other != new))
    assert not holds(new=other, new_root=tree.root(other))


@given(size=st.integers(2, 130), data=st.data())
def test_a_tree_with_one_other_leaf_is_not_consistent(size, data):
    """The leaf that was changed lies in the old tree: no proof of either tree joins them."""
    old = data.draw(st.integers(1, size - 1))
    which = data.draw(st.integers(0, old - 1))
    other = tree_over(SM3, [b"forged" if n == which else LEAVES[n] for n in range(size)])
    true = tree_of(SM3)
    for path in (other.consistency(old, size), true.consistency(old, size)):
        assert not verify_consistency(SM3, old, size, path, true.root(old), other.root(size))


def both_included(index: int, size: int, leaf: bytes, path: list[bytes], root: bytes) -> bool:
    """Ours and the one of the script that stands alone, which agree."""
    ours = verify_inclusion(SM3, leaf, index, size, path, root)
    assert verify.is_included(SM3.digest, leaf, index, size, path, root) == ours
    return ours


def both_consistent(old: int, new: int, path: list[bytes], roots: tuple[bytes, bytes]) -> bool:
    ours = verify_consistency(SM3, old, new, path, *roots)
    kept, head = (
        verify.Head("", size, root, 0, "sm3", "", "")
        for size, root in zip((old, new), roots, strict=True)
    )
    assert verify.continues(SM3.digest, kept, head, path) == ours
    return ours


def test_whatever_is_put_together_only_a_true_path_leads_from_a_leaf_to_a_root():
    """Every claim about trees of up to 6 leaves made of every other's parts."""
    tree, sizes = tree_of(SM3), range(1, 7)
    paths = [tree.inclusion(index, size) for size in sizes for index in range(size)]
    parts = product(range(8), range(8), range(6), paths, sizes)
    for index, size, leaf, path, whole in parts:
        if both_included(index, size, SM3.leaf(LEAVES[leaf]), path, tree.root(whole)):
            assert path == tree.inclusion(leaf, whole)
            assert len(path) == len(tree.inclusion(index, size))
            # Which of a tree's leaves it is depends on the size: a signed head says both.
            assert leaf == index or size != whole


def test_whatever_is_put_together_only_a_true_path_joins_two_roots():
    tree, sizes = tree_of(SM3), range(7)
    paths = [tree.consistency(old, new) for new in sizes for old in range(new + 1)]
    joined = 0
    for old, new, path, first, second in product(range(8), range(8), paths, sizes, sizes):
        if both_consistent(old, new, path, (tree.root(first), tree.root(second))):
            assert old <= new
            assert len(path) == len(tree.consistency(old, new))
            assert path == tree.consistency(first, second)
            joined += (old, new) == (first, second)
    assert joined >= 28


def test_what_the_tree_does_not_have_is_refused():
    tree = tree_of(SM3)
    for index, size in ((5, 5), (-1, 5), (0, 0)):
        with pytest.raises(NotInTree):
            tree.inclusion(index, size)
    with pytest.raises(NotInTree):
        tree.consistency(6, 5)


def test_a_node_is_never_a_leaf():
    """The prefixes keep an inner node's two hashes from passing for a leaf's content."""
    tree = tree_of(SM3)
    inside = SM3.leaf(LEAVES[0]) + SM3.leaf(LEAVES[1])
    path = tree.inclusion(0, 4)[1:]
    assert not verify_inclusion(SM3, SM3.leaf(inside), 0, 2, path, tree.root(4))
