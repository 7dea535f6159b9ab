"""The door of lint: run every rule over a compiled plan, and say findings in Chinese."""

from collections.abc import Mapping

from shucheng.plan.compiler.lint.context import Context
from shucheng.plan.compiler.lint.rule import RULES, Rule
from shucheng.plan.compiler.lint.rules import (
    coverage,
    figures,
    leads,
    names,
    omissions,
    paths,
    sums,
    work_list,
)
from shucheng.plan.compiler.model import CompiledPlan, Finding

# Importing a module registers its rules; the order here is the order they are listed in.
_MODULES = (figures, sums, work_list, paths, coverage, omissions, names, leads)
_GRAVITY = {"error": 0, "warning": 1, "info": 2}


def lint(
    plan: CompiledPlan, text: str, known_organisations: Mapping[str, str] | None = None
) -> tuple[Finding, ...]:
    """Everything the rules have to say about a plan, gravest first, then in reading order.

    `text` is what the plan's spans point into. `known_organisations` maps every name and alias
    that a city pack knows to the organisation's one name; without it no rule asks who is known.
    """
    context = Context(plan, text, known_organisations)
    findings = [finding for rule in rules() for finding in rule.findings(context)]
    end = (len(text), len(text))
    return tuple(
        sorted(
            findings,
            key=lambda found: (_GRAVITY[found.severity], min(found.spans, default=end), found.rule),
        )
    )


def rules() -> tuple[Rule, ...]:
    """All rules, in the order of their modules."""
    return tuple(
        rule
        for module in _MODULES
        for rule in RULES.values()
        if rule.check.__module__ == module.__name__
    )


def message_zh(finding: Finding) -> str:
    """The finding's sentence in Chinese, phrased from its named values."""
    return RULES[finding.rule].message(finding.values, "zh")
