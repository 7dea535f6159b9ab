"""Proposals: from a field's name, comment, samples and context to category, grade and reasons.

Each ground has a weight; grounds for the same category join as if independent (1 - Π(1 - w)).
What reaches `accept` is proposed, the rest shown as a doubt. The grade is the highest of what is
proposed (就高从严, GB/T 43697-2024 4; rule GR-PRI-01) by impact (6.5 table 1; GR-STP-06).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from .model import Field, Finding, Proposal, Reason, Resource, digest_of, grade
from .naming import Namer, Said
from .rules import Rules
from .samples import Evidence, Examiner, judge

_CHILD_WEIGHT = 0.6
# 名称 alone, where nothing says that it is a person's.
_BARE_WEIGHT = 0.3
_THING_FACTOR = 0.5


class Grader:
    """Proposes by one set of rules. Make one for a job and keep it: its tables take a while.

    `as_of`: the day on which ages are counted."""

    def __init__(self, rules: Rules, as_of: date) -> None:
        self.rules = rules
        self.as_of = as_of
        self._namer = Namer(rules)
        self._examiner = Examiner(rules, as_of)

    def propose(self, field: Field) -> Proposal:
        """One field. Never raises for what a field holds; no sample value is in the answer."""
        context, child = self._context(field.resource)
        return self._propose(field, context, child)

    def propose_all(self, fields: Iterable[Field]) -> list[Proposal]:
        """One proposal a field, in order. Fields without samples that have the same name, comment
        and context are read once and share one proposal: two million columns of a city's
        departments are a few hundred thousand different ones."""
        made: dict[tuple[str, str, str, str, bool], Proposal] = {}
        answer: list[Proposal] = []
        for field in fields:
            context, child = self._context(field.resource)
            if len(field.samples):
                answer.append(self._propose(field, context, child))
                continue
            key = (field.name, field.comment, field.type, context, child)
            proposal = made.get(key)
            if proposal is None:
                proposal = made[key] = self._propose(field, context, child)
            answer.append(proposal)
        return answer

    def _context(self, resource: Resource) -> tuple[str, bool]:
        context, child = self._namer.context_of(resource.title)
        return (context or self._namer.context_of(resource.department)[0]), child

    def _propose(self, field: Field, context: str, child: bool) -> Proposal:
        reading = self._namer.read(field.name, field.comment)
        owner = reading.context or context
        grounds: dict[str, list[Reason]] = {}
        for said in reading.said:
            category, weight = _in_context(said, owner)
            reason = Reason("name", said.rule.code, round(weight, 3))
            grounds.setdefault(category, []).append(reason)
        if len(field.samples):
            self._sampled(field, owner, grounds)
        is_child = reading.child or (child and not reading.grown)
        if is_child and any(self._personal(each, grounds[each]) for each in grounds):
            grounds.setdefault("minor", []).append(Reason("context", "child", _CHILD_WEIGHT))
        subject = digest_of(field.name, field.comment, field.type, context, str(child))
        return self._decided(grounds, subject)

    def _sampled(self, field: Field, owner: str, grounds: dict[str, list[Reason]]) -> None:
        """Adds what the samples say, and takes from a name's weight what they contradict."""
        evidence = self._examiner.examine(field.samples)
        if not evidence.values:
            return
        label = f"{field.name} {field.comment}".lower()
        for code, tally in evidence.tallies.items():
            rule = self.rules.recognisers.recognisers[code]
            reason = judge(rule, code, tally, evidence.values)
            if reason is None:
                continue
            category = rule.category
            if owner == "organisation" and rule.organisation:
                category = rule.organisation
            if any(word in label for word in rule.unless):
                reason = _weaker(reason, 0.4, "named-otherwise")
            grounds.setdefault(category, []).append(reason)
        self._contradicted(evidence, grounds)
        young = evidence.minors
        if "birth" in grounds:
            young += self._examiner.young(field.samples)
        if young:
            sure = self.rules.recognisers.minor_confidence
            weight = sure.more if young >= sure.more_from else sure.one
            reason = Reason("samples", "minor", weight, evidence.values, young, young)
            grounds.setdefault("minor", []).append(reason)

    def _contradicted(self, evidence: Evidence, grounds: dict[str, list[Reason]]) -> None:
        """A name says identity number and no sample is one: halved, unless they are masked."""
        limits = self.rules.recognisers.contradiction
        if evidence.values < limits.samples:
            return
        hidden = evidence.masked > evidence.values / 2
        checked = {
            rule.category
            for code, rule in self.rules.recognisers.recognisers.items()
            if code in _TELLING
        }
        for category, reasons in grounds.items():
            if category in checked and all(each.kind == "name" for each in reasons):
                note = "masked" if hidden else "samples-differ"
                factor = 1.0 if hidden else limits.factor
                grounds[category] = [_weaker(each, factor, note) for each in reasons]

    def _personal(self, category: str, reasons: list[Reason]) -> bool:
        personal = self.rules.categories[category].subject == "person"
        return personal and _joint(reasons) >= self.rules.recognisers.accept

    def _decided(self, grounds: dict[str, list[Reason]], subject: str) -> Proposal:
        found = [
            Finding(
                category, round(_joint(reasons), 3), self.rules.grade_of(category), tuple(reasons)
            )
            for category, reasons in grounds.items()
        ]
        found.sort(key=lambda each: (-each.confidence, -each.grade, each.category))
        # A child's record is first what it says, and then a child's.
        found.sort(key=lambda each: each.category == "minor")
        accept = self.rules.recognisers.accept
        findings = tuple(each for each in found if each.confidence >= accept)
        doubts = tuple(each for each in found if each.confidence < accept)
        unknown = grade(self.rules.levels.unknown)
        highest = max((each.grade for each in findings), default=unknown)
        if doubts:
            # What may be personal is not published before somebody looks.
            highest = max(highest, min(unknown, max(each.grade for each in doubts)))
        excluded = any(self.rules.categories[each.category].excluded for each in findings)
        return Proposal(findings, doubts, highest, excluded, subject, self.rules.digest)


_TELLING = frozenset({"resident_id", "credit_code", "phone", "email", "plate", "ip"})
"""Recognisers that find nearly all of what they know: their silence means something."""


def _in_context(said: Said, owner: str) -> tuple[str, float]:
    """What a rule means in a field or resource of persons, organisations or things. What is nothing
    in one of things stays as a doubt: whose a resource is was read from its title."""
    rule = said.rule
    if owner == "organisation" and rule.organisation:
        return rule.organisation, said.weight
    if owner == "thing" and rule.thing is not None:
        return rule.thing or rule.category, said.weight * (1.0 if rule.thing else _THING_FACTOR)
    if rule.needs_person and owner != "person":
        return rule.category, _BARE_WEIGHT
    return rule.category, said.weight


def _weaker(reason: Reason, factor: float, note: str) -> Reason:
    return replace(reason, weight=round(reason.weight * factor, 3), note=note)


def _joint(reasons: list[Reason]) -> float:
    left = 1.0
    for reason in reasons:
        left *= 1 - reason.weight
    return min(1 - left, 0.999)
