"""Trees and their signed heads, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shucheng.bays.data.engine.evidence.heads import SignedHead, sign_head
from shucheng.bays.data.engine.evidence.merkle import HASHES, Tree
from shucheng.bays.data.tests.evidence_trees import tree_over
from shucheng.lib.signatures import SCHEMES, SigningKey, new_signing_key

ORIGIN = "某市公共数据授权运营平台 evidence"
START = datetime(2025, 9, 9, 8, tzinfo=UTC)
KEYS = {name: new_signing_key(scheme) for name, scheme in SCHEMES.items()}


def head_of(tree: Tree, size: int, key: SigningKey, **other: Any) -> SignedHead:
    facts = {"origin": ORIGIN, "key": key, "signed_at": START + timedelta(hours=size)}
    return sign_head(tree, size, **(facts | other))


def tree_of(hash_name: str, count: int, other: int | None = None) -> Tree:
    leaves = [b"other" if n == other else b"leaf %d" % n for n in range(count)]
    return tree_over(HASHES[hash_name], leaves)
