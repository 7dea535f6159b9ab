"""What a check of the deployment found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`error` must be mended before the platform may serve; `warning` should be, soon."""

    severity: Severity
    code: str
    text: str | Promise
    step: str | Promise
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return str(self.text) % self.values if self.values else str(self.text)

    @property
    def next_step(self) -> str:
        return str(self.step) % self.values if self.values else str(self.step)
