"""What is said of a file stands in the reader's language, the commas of a list too."""

import pytest
from django.utils.translation import override

from shucheng.bays.statistics.queries.import_words import refusal_words


@pytest.mark.parametrize(("language", "comma"), [("en", ", "), ("zh-hans", "、")])
def test_a_list_of_fields_has_the_commas_of_its_language(language: str, comma: str) -> None:
    with override(language):
        told = refusal_words({"code": "fields-missing", "fields": "firm, name"})
    other = {", ": "、", "、": ", "}[comma]
    assert comma in told
    assert other not in told
