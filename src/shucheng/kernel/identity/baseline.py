"""The security baseline of a government platform, and how each item of it is met here.

The facts are data (`security_baseline.toml`): the requirement in our own words, its clause, how
sure we are of it, and what shows that it is met. A test checks that every test and setting
named there exists.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HOW = {
    "test": _("Shown by a test"),
    "setting": _("Set by default"),
    "deployment": _("A step of deployment"),
    "not_applicable": _("Does not apply yet"),
    "open": _("Not met yet"),
}
LIGHTS = {
    "test": "good",
    "setting": "good",
    "deployment": "watch",
    "not_applicable": "none",
    "open": "bad",
}
CONFIDENCE = {
    "text_read": _("Wording read"),
    "secondary_page": _("Unconfirmed: read in a summary"),
    "memory": _("Unconfirmed: general knowledge"),
}


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    source: str
    clause: str
    confidence: str
    how: str
    zh: str
    en: str
    met_zh: str
    met_en: str
    tests: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()

    @property
    def requirement(self) -> str:
        return self.en if translation.get_language() == "en" else self.zh

    @property
    def note(self) -> str:
        return self.met_en if translation.get_language() == "en" else self.met_zh

    @property
    def how_label(self) -> str | Promise:
        return HOW[self.how]

    @property
    def light(self) -> str:
        return LIGHTS[self.how]

    @property
    def is_confirmed(self) -> bool:
        return self.confidence == "text_read"

    @property
    def confidence_label(self) -> str | Promise:
        return CONFIDENCE[self.confidence]


@dataclass(frozen=True, slots=True)
class Count:
    label: str | Promise
    number: int


@cache
def load_baseline() -> tuple[Item, ...]:
    text = Path(__file__).with_name("security_baseline.toml").read_text(encoding="utf-8")
    return tuple(
        Item(
            **{
                **entry,
                "tests": tuple(entry.get("tests", ())),
                "settings": tuple(entry.get("settings", ())),
            }
        )
        for entry in tomllib.loads(text)["item"]
    )


def counts(items: tuple[Item, ...]) -> list[Count]:
    """How many items are met in which way, in the order of `HOW`."""
    found = [Count(label, sum(item.how == how for item in items)) for how, label in HOW.items()]
    return [count for count in found if count.number]


def reference_page() -> str:
    """The baseline as a page of the documentation, in English."""
    with translation.override("en"):
        items = load_baseline()
        summary = ", ".join(f"{count.label}: {count.number}" for count in counts(items))
        sections = "\n".join(_section(item) for item in items)
    return (
        "# Security baseline\n\n"
        "What a government platform must show (classified protection level 3, cryptography, "
        "network data law; the part that software can meet) and how this platform meets it. "
        "The cited clause is the authority; items whose wording was not read are marked.\n\n"
        f"{summary}.\n\n{sections}"
    )


def _section(item: Item) -> str:
    confidence = "" if item.is_confirmed else f" *{item.confidence_label}.*"
    shown = "".join(f"- `{name}`\n" for name in (*item.tests, *item.settings))
    return (
        f"## {item.id}\n\n{item.requirement} ({item.source} {item.clause}){confidence}\n\n"
        f"**{item.how_label}.** {item.note}\n" + (f"\n{shown}" if shown else "")
    )
