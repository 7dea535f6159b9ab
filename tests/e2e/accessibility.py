"""The checks that a page must pass for people who read by ear, by keyboard or with weak eyes.

WCAG 2.2 AA, the part that a program can decide: names of controls and pictures (4.1.2, 1.1.1),
labels of fields (3.3.2), contrast of text (1.4.3), language (3.1.1), title (2.4.2), order of
headings (1.3.1), unique ids, and no focusable thing without a name.
"""

from pathlib import Path

from playwright.sync_api import Page

_SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def problems(page: Page) -> list[str]:
    """What is wrong on the page as it stands; empty when nothing is."""
    found: list[str] = page.evaluate(_SCRIPT)
    return found
