"""Findings as a plain-text table, and the index of the rules' pages."""

from collections import Counter
from collections.abc import Sequence

from shucheng.plan.compiler.lint.run import message_zh, rules
from shucheng.plan.compiler.model import Finding
from shucheng.plan.compiler.show.terminal import table
from shucheng.plan.compiler.show.wording import Language

_SEVERITIES_ZH = {"error": "错误", "warning": "警告", "info": "提示"}
_MESSAGE_COLUMNS = 96


def findings_table(findings: Sequence[Finding], text: str, language: Language) -> str:
    """Findings one under the other: how bad, which rule, from which line on, and what it says."""
    if not findings:
        return "没有发现问题。" if language == "zh" else "Nothing found."
    zh = language == "zh"
    heads = ("级别", "规则", "行", "说明") if zh else ("severity", "rule", "line", "message")
    rows = [
        (
            _SEVERITIES_ZH[found.severity] if zh else found.severity,
            found.rule,
            str(text.count("\n", 0, min(found.spans)[0]) + 1) if found.spans else "",
            message_zh(found) if zh else found.message,
        )
        for found in findings
    ]
    return f"{table(heads, rows, widest=(0, 0, 0, _MESSAGE_COLUMNS))}\n\n{_summary(findings, zh)}"


def _summary(findings: Sequence[Finding], zh: bool) -> str:
    counts = Counter[str](found.severity for found in findings)
    if zh:
        parts = [f"{word}{counts[key]}条" for key, word in _SEVERITIES_ZH.items()]
        return f"共{len(findings)}条：" + "、".join(parts)
    parts = [f"{counts[key]} {key}" for key in _SEVERITIES_ZH]
    return f"{len(findings)} findings: " + ", ".join(parts)


def rules_index() -> str:
    """The text of docs/reference/lint/README.md, from the rules themselves."""
    lines = [
        "# Lint rules",
        "",
        "`shucheng plan lint FILE` reads a plan for what contradicts itself, what does not add",
        "up, and what nobody answers for. Each rule has a page. This index is generated from the",
        "rules; a test fails when it or a page falls behind.",
        "",
        "| rule | 名称 | severity | finds |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| [{rule.code}]({rule.code}.md) | {rule.title_zh} | {rule.severity} | {rule.title} |"
        for rule in rules()
    ]
    return "\n".join(lines) + "\n"
