"""Rooms that say themselves who opens their files: a draft's evidence is not for whoever may open
files of its organisation."""

from collections.abc import Callable

from shucheng.kernel.actor import Actor
from shucheng.kernel.files.models import StoredFile

Opens = Callable[[StoredFile, Actor], bool]
_ROOMS: dict[str, Opens] = {}


def register_file_room(room: str, opens: Opens) -> None:
    """Once, at start; `store_file(..., room=room)` puts files there."""
    _ROOMS[room] = opens


def opens_in(room: str, stored: StoredFile, actor: Actor) -> bool:
    return room in _ROOMS and _ROOMS[room](stored, actor)
