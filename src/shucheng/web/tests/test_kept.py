"""Parts of the cockpit that are kept: made once after a change, by whoever comes first."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from shucheng.web.cockpit import kept as room
from shucheng.web.cockpit.kept import Parts, kept

head = [0]


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(room, "audit_head", lambda: head[0])
    monkeypatch.setattr(room, "forecasts_mark", lambda: 0)
    room._places.clear()
    yield
    room._places.clear()


def saying(words: str) -> Callable[[], Parts]:
    return lambda: {"top": words}


def changed() -> None:
    head[0] += 1


def test_what_was_made_is_shown_until_something_changes() -> None:
    assert kept(saying("first"), "page") == {"top": "first"}
    assert kept(saying("second"), "page") == {"top": "first"}
    assert kept(saying("other"), "another page") == {"top": "other"}
    changed()
    assert kept(saying("second"), "page") == {"top": "second"}


class Slow:
    """Parts that are being made until they may be finished."""

    def __init__(self) -> None:
        self.begun, self.may_end = Event(), Event()

    def __call__(self) -> Parts:
        self.begun.set()
        assert self.may_end.wait(20)
        return {"top": "new"}


def test_while_it_is_made_anew_others_see_what_was_before() -> None:
    kept(saying("old"), "page")
    changed()
    slow = Slow()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(kept, slow, "page")
        assert slow.begun.wait(20)
        assert kept(saying("never made"), "page") == {"top": "old"}
        slow.may_end.set()
        assert first.result(20) == {"top": "new"}
    assert kept(saying("never made"), "page") == {"top": "new"}


def test_what_was_before_is_shown_for_a_second_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept(saying("old"), "page")
    changed()
    slow = Slow()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept, slow, "page")
        assert slow.begun.wait(20)
        monkeypatch.setattr(room, "_BEFORE", 0.0)
        late = pool.submit(kept, saying("never made"), "page")
        slow.may_end.set()
        assert first.result(20) == late.result(20) == {"top": "new"}


def test_a_change_while_it_was_made_is_made_anew_by_who_waited() -> None:
    slow = Slow()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(kept, slow, "page")
        assert slow.begun.wait(20)
        changed()
        late = pool.submit(kept, saying("newest"), "page")
        slow.may_end.set()
        assert first.result(20) == {"top": "new"}
        assert late.result(20) == {"top": "newest"}


def test_who_cannot_make_it_keeps_nobody_else_from_it() -> None:
    with pytest.raises(ZeroDivisionError):
        kept(lambda: {"top": str(1 / 0)}, "page")
    assert kept(saying("made"), "page") == {"top": "made"}
