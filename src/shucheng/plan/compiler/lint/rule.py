"""What a rule is, and the registry of all.

A rule is a function from context to what it found, with its name and its sentences in both
languages. Modules of rules register theirs on import; `run.py` imports them all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shucheng.plan.compiler.document import Span
from shucheng.plan.compiler.lint.context import Context, Item, ref, spans_of
from shucheng.plan.compiler.model import Finding, Severity
from shucheng.plan.compiler.show.wording import Language, fill


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found: where, of which items, and the named values of its sentence.

    `values["items"]` holds the parts of a grouped finding; `severity` is set where one case
    is graver or milder than the rule's usual.
    """

    spans: Iterable[Span]
    refs: Iterable[str]
    values: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity | None = None


Said = dict[str, Any]
Check = Callable[[Context], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`extra` holds sentences that are added where the value of that name is there."""

    code: str
    severity: Severity
    title: str
    title_zh: str
    en: str
    zh: str
    check: Check
    item_en: str = ""
    item_zh: str = ""
    extra: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def message(self, values: Mapping[str, Any], language: Language) -> str:
        """The sentence of a finding with these values."""
        pick = 0 if language == "en" else 1
        item = (self.item_en, self.item_zh)[pick]
        colon, comma, end, gap = ((": ", "; ", ".", " "), ("：", "；", "。", ""))[pick]
        parts = [self._item(item, named, pick, language) for named in values.get("items", ())]
        said = fill((self.en, self.zh)[pick], values, language)
        said += colon + comma.join(parts) if parts else ""
        added = [
            fill(sentence[pick], values, language)
            for name, sentence in self.extra.items()
            if name in values
        ]
        return gap.join([said + end, *added])

    def _item(self, template: str, values: Mapping[str, Any], pick: int, language: Language) -> str:
        added = [sentence[pick] for name, sentence in self.extra.items() if name in values]
        return fill(template + "".join(added), values, language)

    def findings(self, context: Context) -> Iterable[Finding]:
        for found in self.check(context):
            yield Finding(
                rule=self.code,
                severity=found.severity or self.severity,
                message=self.message(found.values, "en"),
                spans=tuple(dict.fromkeys(found.spans)),
                refs=tuple(dict.fromkeys(found.refs)),
                values=found.values,
            )


def gather(cases: Iterable[tuple[Sequence[Item], Said]], **values: Any) -> Iterator[Found]:
    """One finding for all cases of a rule, none where there are none.

    A case is the parts of the plan that it points at, and the named values of its own words.
    """
    cases = list(cases)
    parts = [part for pointed_at, _ in cases for part in pointed_at]
    if cases:
        items = [said for _, said in cases]
        yield Found(spans_of(parts), map(ref, parts), {**values, "items": items})


RULES: dict[str, Rule] = {}


def rule(code: str, severity: Severity, **sentences: Any) -> Callable[[Check], Check]:
    """Register a check under its code; `sentences` are the other fields of `Rule`."""

    def register(check: Check) -> Check:
        RULES[code] = Rule(code=code, severity=severity, check=check, **sentences)
        return check

    return register
