"""The parts that pages are put together from show what they are given and nothing else."""

import pytest
from django.template import Context, Template

from shucheng.kernel.public import Invalid

# What a view may hand to its page under the names that parts use for themselves.
OF_THE_PAGE = dict.fromkeys(
    ("error", "help", "optional", "count", "actions", "flush", "class", "id", "file"),
    "of the page",
)


def shown(part: str) -> str:
    return Template(f"{{% cotton {part} %}}inside{{% endcotton %}}").render(Context(OF_THE_PAGE))


@pytest.mark.parametrize(
    "part",
    ['field name="area" label="Area"', "card", 'card title="Areas"', 'table name="areas"'],
)
def test_a_part_shows_nothing_that_only_its_page_was_given(part: str) -> None:
    found = shown(part)
    assert "inside" in found
    assert "of the page" not in found


def test_a_field_is_marked_by_its_own_error_alone() -> None:
    plain = shown('field name="area" label="Area"')
    assert 'class="field"' in plain
    assert "muted" not in plain, "it is not marked as optional"
    wrong = shown('field name="area" label="Area" error="Not known." help="A code."')
    assert 'class="field invalid"' in wrong
    assert '<p class="error">Not known.</p>' in wrong
    assert '<p class="help">A code.</p>' in wrong


def test_what_a_part_is_given_is_shown() -> None:
    assert 'class="card"' in shown("card")
    found = shown('card title="Areas" count="7" flush="1" class="span-4" id="areas"')
    assert 'class="card flush span-4"' in found
    assert 'id="areas"' in found
    assert '<span class="count">7</span>' in found
    assert 'data-file="Areas"' in shown('table name="areas" file="Areas"')


REFUSED = Invalid("code", "Not a month.", "Write 2026-01.", {"since": "Seven letters."})
NOTICE = '{% cotton refused :error="error" :fields="errors" %}{% endcotton %}'


def test_what_was_refused_is_said_with_the_next_step() -> None:
    found = Template(NOTICE).render(Context({"error": REFUSED, "errors": REFUSED.fields}))
    assert "<strong>Not a month.</strong>" in found
    assert "<p>Seven letters.</p>" in found
    assert '<span class="next">Write 2026-01.</span>' in found


@pytest.mark.parametrize("given", [{}, {"error": None}, {"error": None, "errors": {}}])
def test_where_nothing_was_refused_there_is_no_notice(given: dict[str, object]) -> None:
    assert "notice" not in Template(NOTICE).render(Context(given))


def test_fields_that_say_it_themselves_are_not_said_twice() -> None:
    short = Template('{% cotton refused :error="error" %}{% endcotton %}')
    found = short.render(
        Context({"error": REFUSED, "errors": REFUSED.fields, "fields": {"a": "b"}})
    )
    assert "Not a month." in found
    assert "<p>" not in found
