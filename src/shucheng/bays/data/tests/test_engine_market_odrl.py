"""Policies as documents: read as they were written, and what is not understood denies."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft201909Validator
from referencing import Registry, Resource
from tests.laws import law

from shucheng.bays.data.engine.policy.decide import Deny, Permit, Request, Usage, decide
from shucheng.bays.data.engine.policy.model import OPERANDS, Constraint, Policy, Rule
from shucheng.bays.data.engine.policy.odrl import PolicyUnreadable, read, write
from shucheng.bays.data.tests.market_policies import (
    NOW,
    codes,
    offer,
    policies,
    requests,
    strange,
    usages,
)


@given(policies())
def test_a_policy_comes_back_as_it_was_written(policy: Policy) -> None:
    document = json.loads(json.dumps(write(policy)))
    assert read(document) == policy


@given(policies(), requests, usages, strange)
def test_unknown_terms_come_back_too_and_deny(
    policy: Policy, request: Request, usage: Usage, word: str
) -> None:
    rule = Rule("use", (Constraint(f"x-{word}", "eq", ("y",)),))
    wrong = replace(policy, permissions=(rule, *policy.permissions))
    assert read(write(wrong)) == wrong
    assert isinstance(decide(read(write(wrong)), request, usage), Deny)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("@type", "@id", "permission", "odrl:permission", "constraint", "action"),
                    *("and", "or", "leftOperand", "operator", "rightOperand", "duty", "@value"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values, requests)
def test_no_document_breaks_the_reader(document: Any, request: Request) -> None:
    for each in (document, {"@type": "Offer", "@id": "u", "permission": document}):
        with suppress(PolicyUnreadable):
            decide(read(each), request, Usage())


def spoken(**more: Any) -> dict[str, Any]:
    rule = {
        "action": {"@id": "http://www.w3.org/ns/odrl/2/use"},
        "constraint": {
            "and": [
                {
                    "leftOperand": "odrl:purpose",
                    "operator": "odrl:eq",
                    "rightOperand": {"@id": "credit"},
                },
                {
                    "leftOperand": {"@id": "odrl:count"},
                    "operator": "lteq",
                    "rightOperand": {"@value": 5, "@type": "xsd:integer"},
                },
            ]
        },
    }
    return {"@type": "odrl:Offer", "@id": "u", "odrl:permission": [rule | more]}


def test_other_spellings_are_the_same_policy() -> None:
    terms = (Constraint("purpose", "eq", ("credit",)), Constraint("count", "lteq", ("5",)))
    assert read(spoken()) == Policy("Offer", "u", (Rule("use", terms),))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"constraint": [{"or": []}]}, "unknown-operator"),
        ({"constraint": [{"xone": [{}]}]}, "unknown-operator"),
        ({"constraint": [{"leftOperand": "purpose"}]}, "foreign-term"),
        ({"constraint": [{}]}, "foreign-term"),
        ({"constraint": [{"and": []}]}, "foreign-term"),
        ({"@type": "Prohibition"}, "foreign-term"),
        ({"action": "http://www.w3.org/ns/odrl/2/odrl:use"}, "unknown-action"),
        ({"refinement": []}, "foreign-term"),
        ({"assignee": "somebody"}, "foreign-term"),
        ({"duty": [{"action": "compensate", "constraint": []}]}, "foreign-term"),
        ({"duty": [{"action": "odrl:inform"}]}, "unknown-duty"),
    ],
)
def test_what_is_read_and_not_understood_denies(more: dict[str, Any], code: str) -> None:
    policy = read(spoken(**more))
    assert code in codes(decide(policy, Request(NOW, purpose="credit"), Usage()))
    if policy.foreign:
        with pytest.raises(ValueError, match="outside the profile"):
            write(policy)


def test_a_context_that_may_turn_the_words_denies() -> None:
    for context in ({"purpose": "https://example.com/count"}, "https://example.com/context"):
        policy = read(
            {**spoken(), "@context": ["https://w3id.org/dspace/2025/1/context.jsonld", context]}
        )
        assert codes(decide(policy, Request(NOW, purpose="credit"), Usage())) == {"unknown-context"}


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([], "not-an-object"),
        ({"@id": "u"}, "unknown-type"),
        ({"@type": "Offer"}, "no-id"),
        ({"@type": "Offer", "@id": "u", "permission": [1]}, "not-an-object"),
        ({"@type": "Offer", "@id": "u", "permission": [], "odrl:permission": []}, "named-twice"),
        ({"@type": "Offer", "@id": "u", "permission": [{}] * 3000}, "too-large"),
    ],
)
def test_what_is_no_policy_is_said_so(document: object, why: str) -> None:
    with pytest.raises(PolicyUnreadable) as error:
        read(document)
    assert error.value.why == why


def test_depth_has_an_end() -> None:
    deep: dict[str, Any] = {}
    for _ in range(500):
        deep = {"and": [deep]}
    with pytest.raises(PolicyUnreadable) as error:
        read(spoken(constraint=[deep]))
    assert error.value.why == "too-deep"


@pytest.fixture(scope="module")
def protocol(shared_folder: Path) -> Path:
    folder = shared_folder / "standards" / "dsp-2025-1"
    if not folder.is_dir():
        pytest.skip("the Dataspace Protocol's schemas are not here")
    return folder


@pytest.fixture(scope="module")
def schemas(protocol: Path) -> Registry[Any]:
    read_ = (json.loads(each.read_text()) for each in sorted(protocol.glob("*/*-schema.json")))
    return Registry().with_resources(
        (each["$id"], Resource.from_contents(each)) for each in read_ if "$id" in each
    )


def checked(schemas: Registry[Any], path: str, document: object) -> None:
    reference = {"$ref": f"https://w3id.org/dspace/2025/1/{path}"}
    Draft201909Validator(reference, registry=schemas).validate(document)


@law(policies(), few=25, many=100)
def test_the_protocol_accepts_what_is_written(schemas: Registry[Any], policy: Policy) -> None:
    checked(schemas, "negotiation/contract-schema.json#/definitions/Offer", write(policy))
    message = {
        "@context": ["https://w3id.org/dspace/2025/1/context.jsonld"],
        "providerPid": "urn:uuid:a",
        "consumerPid": "urn:uuid:b",
    }
    offered = write(replace(policy, target="urn:p"))
    checked(
        schemas,
        "negotiation/contract-offer-message-schema.json",
        {**message, "@type": "ContractOfferMessage", "offer": offered},
    )
    agreed = replace(
        policy,
        kind="Agreement",
        target="urn:p",
        assigner="urn:o",
        assignee="urn:b",
        timestamp="2026-06-01T08:00:00+08:00",
    )
    checked(
        schemas,
        "negotiation/contract-agreement-message-schema.json",
        {**message, "@type": "ContractAgreementMessage", "agreement": write(agreed)},
    )


def test_written_names_are_those_of_odrl_in_the_protocols_context(protocol: Path) -> None:
    """What is written bare must be a term of the context; the rest carries its prefix."""
    terms = json.loads((protocol / "context" / "odrl.jsonld").read_text())["@context"]
    assert {"use", *(each for known in OPERANDS.values() for each in known)} <= set(terms)
    for operand in OPERANDS:
        told = write(offer(Constraint(operand, "eq", ("x",))))
        name = told["permission"][0]["constraint"][0]["leftOperand"]
        assert name == f"odrl:{operand}"
        assert terms["odrl"] == "http://www.w3.org/ns/odrl/2/"


@pytest.mark.parametrize(
    ("name", "part", "permitted"),
    [
        ("contract-offer-message", "offer", True),
        ("contract-agreement-message", "agreement", True),
        ("contract-agreement-message-full", "agreement", False),
    ],
)
def test_the_protocols_own_examples(protocol: Path, name: str, part: str, permitted: bool) -> None:
    example = json.loads((protocol / "negotiation" / "example" / f"{name}.json").read_text())
    policy = read(example[part])
    request = Request(datetime(2023, 6, 1, tzinfo=UTC), party=policy.assignee, target=policy.target)
    assert isinstance(decide(policy, request, Usage()), Permit) == permitted
