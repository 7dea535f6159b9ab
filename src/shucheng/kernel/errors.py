"""Errors a person can act on: a code, a translated sentence, and the next step.

Raise one of these from an action or a query; `web` turns it into a page, an htmx fragment
or a problem document, whichever was asked for. Anything else that escapes is a defect.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class ShuchengError(Exception):
    """`code` never changes once published; `values` are the named values of the message."""

    status = 400
    code = "error"
    recorded = False  # that this was refused is in the audit log

    def __init__(self, code: str, message: Text, next_step: Text, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
        self._message = message
        self._next_step = next_step

    @property
    def message(self) -> str:
        return str(self._message) % self.values if self.values else str(self._message)

    @property
    def next_step(self) -> str:
        return str(self._next_step) % self.values if self.values else str(self._next_step)

    def __str__(self) -> str:
        return f"{self.code}: {self.message} {self.next_step}"


class Invalid(ShuchengError):
    """What was sent cannot be accepted; `fields` says which field and why."""

    status = 422

    def __init__(
        self,
        code: str,
        message: Text,
        next_step: Text,
        fields: dict[str, str] | None = None,
        **values: Any,
    ) -> None:
        super().__init__(code, message, next_step, **values)
        self.fields = fields or {}


# Rights that no role holds: they hang on the token or on whose account it is.
_OTHER_RIGHTS = {
    "api.write": _("Change things with this token"),
    "identity.change_own_password": _("Change one's own password"),
}


class Forbidden(ShuchengError):
    """The actor may not do this. The right is told in words, with who holds it; its code stays in
    `values` for the audit log."""

    status = 403

    def __init__(self, permission: str) -> None:
        super().__init__(
            "permission.denied",
            _("Your role does not include “%(permission)s”."),
            _(
                "Ask a security administrator for the role, "
                "or choose another organisation you act for."
            ),
            permission=permission,
        )

    @property
    def message(self) -> str:
        from shucheng.kernel.actor import PERMISSIONS  # that module needs this one

        code = self.values["permission"]
        words = PERMISSIONS[code].label if code in PERMISSIONS else _OTHER_RIGHTS.get(code, code)
        return str(self._message) % {"permission": words}

    @property
    def next_step(self) -> str:
        from shucheng.kernel.actor import PERMISSIONS, ROLE_LABELS

        rule = PERMISSIONS.get(self.values["permission"])
        if rule is None:
            return str(self._next_step)
        held = [
            str(label)
            if role in rule.roles
            else gettext("%(role)s (of the own organisation)") % {"role": label}
            for role, label in ROLE_LABELS.items()
            if role in rule.roles | rule.own_organisation
        ]
        holders = gettext("Who has it: %(roles)s.") % {"roles": gettext(", ").join(held)}
        return f"{holders} {self._next_step}"


class NotFound(ShuchengError):
    """Not there, or not for this actor: the two look the same from outside."""

    status = 404

    def __init__(self, what: Text) -> None:
        super().__init__(
            "not_found",
            _("%(what)s was not found."),
            _("Check the address, or search for it."),
            what=what,
        )


class Conflict(ShuchengError):
    """Somebody else was faster: what the actor saw is no longer what is stored."""

    status = 409

    def __init__(self, what: Text) -> None:
        super().__init__(
            "conflict",
            _("%(what)s was changed by somebody else meanwhile."),
            _("Look at what stands there now, and decide again."),
            what=what,
        )
