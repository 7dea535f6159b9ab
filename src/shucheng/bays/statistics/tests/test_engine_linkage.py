"""Linkage: credit code first, clusters, and precision and recall where the truth is known."""

import random

import numpy as np
import pytest

from shucheng.bays.statistics.engine.linkage import (
    Firm,
    Pair,
    Settings,
    by_code,
    clusters,
    link,
)
from shucheng.bays.statistics.engine.simulated import codes

# What nearly every simulated name begins with.
SETTINGS = Settings(prefixes=("江苏省", "江苏", "盐城市", "盐城"))
WORDS = ("软件", "电子科技", "数据", "智能装备", "物流")


def made(count: int, again: int) -> tuple[list[Firm], set[tuple[str, str]]]:
    """Firms, some registered again otherwise written: a third with a character left out, a third
    without an address."""
    generator = random.Random(7)
    numbers = codes.credit_codes(np.arange(count + again))
    firms = [
        Firm(f"a{n:05}", numbers[n], codes.name(n, WORDS[n % 5]), codes.address(n))
        for n in range(count)
    ]
    truth = set()
    for turn, n in enumerate(sorted(generator.sample(range(count), again))):
        name = codes.variant_name(n, WORDS[n % 5], turn)
        if turn % 3 == 0:
            place = generator.randrange(len(name) // 2, len(name) - 4)
            name = name[:place] + name[place + 1 :]
        address = "" if turn % 3 == 1 else codes.variant_address(n)
        firms.append(Firm(f"b{turn:05}", numbers[count + turn], name, address))
        truth.add((f"a{n:05}", f"b{turn:05}"))
    return firms, truth


def quality(pairs: tuple[Pair, ...], truth: set[tuple[str, str]]) -> tuple[float, float]:
    found = {(each.left, each.right) for each in pairs}
    return len(found & truth) / max(len(found), 1), len(found & truth) / len(truth)


def test_the_same_credit_code_is_the_same_firm() -> None:
    firms = [Firm("2", "91", "甲"), Firm("1", "91", "乙"), Firm("3", "91", "丙"), Firm("4", "", "")]
    found = by_code([*firms, Firm("5", "", "")])
    told = [(each.left, each.right, each.probability) for each in found]
    assert told == [("1", "2", 1.0), ("1", "3", 1.0)]


def test_a_code_says_more_than_names() -> None:
    firms, _ = made(300, 30)
    moved = Firm("z", firms[0].credit_code, "完全另外的名字", "别处")
    assert ("a00000", "z") in {
        (each.left, each.right) for each in link([*firms, moved], SETTINGS).same
    }


def test_clusters_join_what_pairs_join() -> None:
    pairs = [Pair("b", "c", 1, ()), Pair("a", "b", 1, ()), Pair("x", "y", 1, ())]
    assert clusters(pairs) == (("a", "b", "c"), ("x", "y"))
    assert clusters(reversed(pairs)) == clusters(pairs)


def test_keys_are_unique() -> None:
    with pytest.raises(ValueError, match="unique"):
        link([Firm("1", "", "甲"), Firm("1", "", "乙")])


def test_written_otherwise_firms_are_found() -> None:
    firms, truth = made(1000, 120)
    found = link(firms, SETTINGS)
    precision, recall = quality(found.same, truth)
    with_review = quality(found.same + found.review, truth)
    print(f"same {precision:.3f} {recall:.3f}, with review {with_review}")
    names: dict[str, list[str]] = {}
    for firm in firms:
        names.setdefault(firm.name, []).append(firm.key)
    exact = sum(tuple(keys) in truth for keys in names.values()) / len(truth)
    assert precision >= 0.95
    assert recall >= 0.6 > exact
    assert with_review[1] >= recall
    assert link(firms[::-1], SETTINGS) == found
    assert all(each.evidence for each in found.same)
