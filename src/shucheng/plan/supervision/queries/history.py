"""An item as it stood on an earlier day, from what happened to it until then."""

from datetime import date

from shucheng.plan.supervision.models import ItemEvent, SupervisionItem

# What a move says of an item beside its state; what is not listed changes nothing else.
_DAYS = {
    "issue": "issued_on",
    "sign": "signed_on",
    "finish": "finished_on",
    "close": "closed_on",
    "withdraw": "closed_on",
    "cancel": "closed_on",
    "ask_extension": "extension_asked_on",
}
_ENDS_REQUEST = frozenset({"grant_extension", "refuse_extension", "withdraw", "cancel"})


def as_it_stood(item: SupervisionItem, day: date) -> SupervisionItem:
    """`item` itself with state, deadline, days and counts of the end of `day`; it is not to be
    saved. `item` comes with its `events` read, and was issued by then."""
    happened = [event for event in item.events.all() if event.day <= day]
    if not happened:
        return item
    item.issued_on = item.signed_on = item.finished_on = item.closed_on = None
    item.extension_asked_on = item.extension_wanted = None
    item.extended = item.sent_back = 0
    for event in happened:
        _replay(item, event)
    return item


def _replay(item: SupervisionItem, event: ItemEvent) -> None:
    item.state = event.after
    if event.move in _ENDS_REQUEST:
        item.extension_asked_on = item.extension_wanted = None
    if event.move in _DAYS:
        setattr(item, _DAYS[event.move], event.day)
    match event.move:
        case "issue":
            item.deadline = _day(event, "deadline")
        case "send_back":
            item.finished_on = None
            item.sent_back += 1
        case "ask_extension":
            item.extension_wanted = _day(event, "until")
        case "grant_extension":
            item.deadline = _day(event, "until")
            item.extended += 1
        case "refuse_extension":
            item.deadline = _day(event, "until")


def _day(event: ItemEvent, name: str) -> date | None:
    said = event.data.get(name)
    return date.fromisoformat(said) if said else None
