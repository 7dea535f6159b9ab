"""The parts that pages are put together from show what they are given and nothing else."""

import pytest
from django.template import Context, Template

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
