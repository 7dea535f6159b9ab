"""The classes of the classification by name and note, in the reader's language where they have one
in it."""

from collections.abc import Mapping
from functools import cache

import yaml
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shucheng.bays.statistics.engine.classification import DATA

# The notes of the package's own classification.
_NOTES: Mapping[str, str | Promise] = {
    "mapping to whole divisions not written (not needed for the core)": _(
        "whole divisions, not written out: not needed for the core industries"
    ),
    "name and order in a stored page": _("name and order checked against a published page"),
    "name and code in a stored page": _("name and code checked against a published page"),
    "no industry code remembered; treated as having none": _(
        "no industry code could be found: treated as having none"
    ),
    "3569 is left out: with it the published control total of 126 codes cannot be met": _(
        "3569 is left out: with it there would be more than the 126 codes that were published"
    ),
    "may also take the rest of 6429*": _("may also take the rest of 6429*"),
    "may carry a star": _("may count in part only"),
}
_CANDIDATES = "construction codes, all partial; not sure which "


def note_words(note: str) -> str:
    """A note of a class; what somebody else wrote is as it was written."""
    if note.startswith(_CANDIDATES):
        codes = note.removeprefix(_CANDIDATES).strip("()").removeprefix("candidates ")
        told = {"codes": str(_(", ")).join(codes.split())}
        return str(_("construction, counts in part; not certain which of %(codes)s")) % told
    return str(_NOTES.get(note, note))


def class_name(name: str) -> str:
    """A class's name; the Chinese one where nobody translated it."""
    return _english().get(name, name) if get_language() == "en" else name


@cache
def _english() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load((DATA / "class_names_en.yaml").read_text("utf-8"))
    return found
