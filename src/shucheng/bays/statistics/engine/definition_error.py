"""Why a definition cannot be used: a code, and the place and value it speaks of."""


class DefinitionInvalid(ValueError):
    """`reason` is the key of the sentence that a person reads; `params` fill it in: `place` (which
    entry), `value` (what stands there)."""

    code = "definition-invalid"

    def __init__(self, reason: str, **params: object) -> None:
        told = "; ".join(f"{name}: {value}" for name, value in params.items())
        super().__init__(f"{reason} ({told})" if told else reason)
        self.reason = reason
        self.params = params
