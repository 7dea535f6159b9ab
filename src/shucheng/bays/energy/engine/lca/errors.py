"""Why a background set, a system or a question is not answered."""

from typing import Any


class LcaRefused(ValueError):
    """Something that would give a wrong footprint. `code` is for programs, the text says what is
    wrong and what to do next, `facts` names the things concerned."""

    def __init__(self, code: str, text: str, **facts: Any) -> None:
        super().__init__(text)
        self.code = code
        self.facts = facts
