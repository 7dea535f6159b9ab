"""The classes of the classification by name, in the reader's language where they have one in it."""

from functools import cache

import yaml
from django.utils.translation import get_language

from shucheng.bays.statistics.engine.classification import DATA


def class_name(name: str) -> str:
    """A class's name; the Chinese one where nobody translated it."""
    return _english().get(name, name) if get_language() == "en" else name


@cache
def _english() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load((DATA / "class_names_en.yaml").read_text("utf-8"))
    return found
