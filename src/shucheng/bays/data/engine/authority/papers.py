"""The heads of the plan (27号 第九条, PD-PLN-02) and of the agreement (第十四条, PD-AGR-04)."""

from collections.abc import Mapping
from functools import cache

from .rules import Rules, RulesInvalid, Strict, load, shipped_rules, shipped_texts
from .tables import Named


class Paper(Strict):
    """`source`: the rule that asks for these heads."""

    source: str
    heads: dict[str, Named]

    def lacking(self, texts: Mapping[str, str]) -> tuple[str, ...]:
        """The heads that nothing is said under, in the order of the rule."""
        return tuple(code for code in self.heads if not texts.get(code, "").strip())


class Papers(Strict):
    version: str
    plan: Paper
    agreement: Paper


def read_papers(text: str, rules: Rules) -> Papers:
    """The heads from YAML; a city's own replaces ours whole. Raises `RulesInvalid`."""
    papers = load(Papers, "papers", text)
    for name, paper in (("plan", papers.plan), ("agreement", papers.agreement)):
        if paper.source not in rules.rules:
            raise RulesInvalid("papers", name, f"there is no {paper.source}")
    return papers


@cache
def shipped_papers() -> Papers:
    return read_papers(shipped_texts()["papers"], shipped_rules())
