"""Exports kept in the process: made once for every revision of the record, whoever asks and under whatever address."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict

from markup.targets import MAX_CHARACTERS, TextTooLong
from talks.export import Exported, export
from talks.models import Episode

# Beyond either, what was asked for longest ago goes; a text of more than a quarter of it all is not kept.
MOST, MOST_BYTES = 1000, 32 * 1024 * 1024

Key = tuple[str, int, str]
_looking, _making = threading.Lock(), threading.Lock()
# The text, or the length of one that is too long for the channel: to find that out costs as much.
_kept: OrderedDict[Key, Exported | int] = OrderedDict()


def kept_export(episode: Episode, to: str, *, stamp: str) -> Exported:
    """Return what export() makes of an episode. Raises as it does; who may read the episode is the caller's to know.

    `stamp` is the revision, read before the episode was: so a text is never older than the revision it is kept under.
    """
    key = stamp, episode.pk, to
    found = _look_up(key)
    if found is None:
        with _making:  # one after the other: who waited finds what was made meanwhile
            found = _look_up(key)
            if found is None:
                found = _made(episode, to)
                _keep(key, found)
    if isinstance(found, int):
        raise TextTooLong(found, MAX_CHARACTERS)
    return found


def forget() -> None:
    """Take everything out."""
    with _looking:
        _kept.clear()


def _made(episode: Episode, to: str) -> Exported | int:
    try:
        return export(episode, to)
    except TextTooLong as error:
        return error.length


def _look_up(key: Key) -> Exported | int | None:
    with _looking:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def _keep(key: Key, found: Exported | int) -> None:
    if _size(found) > MOST_BYTES // 4:
        return
    with _looking:
        _kept[key] = found
        while len(_kept) > MOST or sum(map(_size, _kept.values())) > MOST_BYTES:
            _kept.popitem(last=False)


def _size(found: Exported | int) -> int:
    return 0 if isinstance(found, int) else sys.getsizeof(found.text)
