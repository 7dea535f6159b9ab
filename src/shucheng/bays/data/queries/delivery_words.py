"""What delivery refuses, in words: the sentence and the next step by the refusal's code."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from shucheng.bays.data.engine.delivery.model import Refused
from shucheng.kernel.public import ShuchengError

_NEW_TOKEN = _("Get a new token on the page of the agreement, or over the API.")
_TERMS = _("Look at what was agreed, on the page of the agreement.")
_QUERY = _("Correct the query; the guide says what the sandbox takes.")
_WAIT = _("Wait for the decision, or ask whoever decided.")
_ADMIN = _("Ask whoever runs the platform.")

# code → status, sentence, next step
WORDS: dict[str, tuple[int, Any, Any]] = {
    "token-invalid": (401, _("This is no token of the platform."), _NEW_TOKEN),
    "token-expired": (401, _("The token has expired."), _NEW_TOKEN),
    "token-revoked": (403, _("The token was revoked."), _NEW_TOKEN),
    "agreement-not-begun": (
        403,
        _("Delivery has not begun."),
        _("Its operator begins it, on the page of the order."),
    ),
    "agreement-suspended": (403, _("Delivery is suspended."), _WAIT),
    "agreement-revoked": (403, _("Delivery was revoked."), _("It does not come back.")),
    "agreement-ended": (403, _("The order has ended."), _("Order anew.")),
    "agreement-not-in-term": (403, _("The agreement is not in its term."), _TERMS),
    "not-permitted": (403, _("The grants do not permit this delivery."), _WAIT),
    "grade-forbids": (
        403,
        _("The grade of the product does not permit this way of delivery."),
        _("Use another way that was agreed, or ask the operator."),
    ),
    "wrong-agreement": (403, _("The token is for another agreement."), _NEW_TOKEN),
    "wrong-recipient": (403, _("The token is for another recipient."), _NEW_TOKEN),
    "wrong-product": (403, _("The token is for another product."), _NEW_TOKEN),
    "wrong-mode": (403, _("This way of delivery was not agreed, or not for this token."), _TERMS),
    "wrong-purpose": (403, _("This purpose was not agreed, or not for this token."), _TERMS),
    "quota-spent": (429, _("The quota of the period is used up."), _("Wait, or agree on more.")),
    "quota-busy": (429, _("Too many calls at once."), _("Try again.")),
    "unknown-column": (422, _("There is no such column."), _TERMS),
    "request-invalid": (422, _("The request cannot be answered as it is."), _TERMS),
    "answer-too-large": (422, _("The answer is too large."), _("Ask for less.")),
    "query-failed": (422, _("The database could not answer."), _QUERY),
    "query-too-slow": (422, _("The query took too long and was stopped."), _QUERY),
    "query-unreadable": (422, _("The query cannot be read."), _QUERY),
    "query-too-large": (422, _("The query is too large."), _QUERY),
    "not-one-select": (422, _("A query is one SELECT."), _QUERY),
    "not-allowed": (422, _("The query has a part that is not allowed."), _QUERY),
    "unknown-table": (422, _("There is no such table."), _QUERY),
    "only-aggregates": (422, _("Only aggregates of enough units leave."), _QUERY),
    "sandbox-failed": (503, _("The sandbox stopped."), _("Try again, with less.")),
    "sandbox-busy": (503, _("All sandboxes are at work."), _("Try again.")),
    "no-data": (409, _("The product has no content."), _("Ask the operator.")),
    "terms-unusable": (409, _("What was agreed to be shown cannot be applied."), _ADMIN),
    "no-budget": (409, _("No privacy budget was agreed."), _TERMS),
    "budget-spent": (429, _("The privacy budget does not allow this."), _("Ask for less.")),
    "budget-busy": (429, _("Too many ask at once."), _("Try again.")),
    "already-spent": (409, _("This was asked already."), _("Ask anew.")),
    "question-unusable": (422, _("The question cannot be answered with noise."), _TERMS),
    "privacy-missing": (
        501,
        _("The program for private aggregates and intersections is not installed."),
        _("Whoever runs the platform installs the extra “privacy”."),
    ),
    "table-too-small": (422, _("The table is too small for a mark."), _("Ask for more rows.")),
    "intersection-unreadable": (422, _("This is no request of an intersection."), _TERMS),
    "intersection-wrong-size": (422, _("So many identifiers were not agreed."), _TERMS),
    "intersection-not-agreed": (422, _("Only the size was agreed, not members."), _TERMS),
    "intersection-over": (409, _("This run is over."), _("Begin anew.")),
}


def words_of(code: str) -> str:
    """The sentence of an outcome; what has none stands for itself."""
    if code == "delivered":
        return str(_("Delivered"))
    found = WORDS.get(code)
    # A policy's own reasons come by their codes.
    return str(found[1]) if found else POLICY.get(code, code)


def refusal(refused: Refused, about: str = "") -> ShuchengError:
    """A refusal as the error that a program gets; `about`: the sentence of what stopped it."""
    status, message, step = WORDS.get(refused.code, (403, "", _TERMS))
    error = ShuchengError(
        f"delivery.{refused.code}",
        "%(text)s",
        step,
        text=about or str(message) or words_of(refused.code),
        about=refused.about,
    )
    error.status = status
    return error


POLICY: dict[str, Any] = {
    "foreign-term": _("The policy says something that nothing here enforces."),
    "purpose-not-permitted": _("The policy does not permit this purpose."),
    "recipient-not-permitted": _("The policy does not permit this recipient."),
    "mode-not-permitted": _("The policy does not permit this way of delivery."),
    "region-not-permitted": _("The policy does not permit use in this region."),
    "outside-term": _("The policy does not permit it at this time."),
    "count-exceeded": _("The policy permits no further use."),
    "not-settled": _("Something that is due is unpaid."),
    "prohibited": _("The policy prohibits it."),
    "other-asset": _("The policy is about something else."),
    "other-party": _("The policy is for another party."),
    "action-not-permitted": _("The policy permits no such use."),
}
