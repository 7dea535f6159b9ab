"""A lint rule and what it found in the plan in force."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.kernel.public import NotFound
from shucheng.plan.compiler.lint.run import rules
from shucheng.plan.models import Finding
from shucheng.plan.queries.versions import current_version


@dataclass(frozen=True, slots=True)
class RulePage:
    code: str
    title: str
    severity: str
    findings: Sequence[Finding]


def lint_rule(code: str) -> RulePage:
    rule = next((known for known in rules() if known.code == code), None)
    if rule is None:
        raise NotFound(_("The rule"))
    version = current_version()
    return RulePage(
        code=code,
        title=rule.title if get_language() == "en" else rule.title_zh,
        severity=rule.severity,
        findings=list(version.findings.filter(rule=code)) if version else [],
    )
