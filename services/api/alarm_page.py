"""A page of alarms out of two sources: the record, and the live state that is newer."""

from collections.abc import Iterable, Sequence

from services.store.alarm_list import AlarmFilter
from services.wire.bus import AlarmItem

Place = tuple[int, str]
"""Where an alarm stands in the list: raised_at (epoch ms) and id."""


def order(alarm: AlarmItem) -> tuple[int, str]:
    """Newest first; of one moment, by id."""
    return (-alarm.raised_at, alarm.id)


def after_place(alarm: AlarmItem, place: Place | None) -> bool:
    """Whether it comes later in the list than this place."""
    return place is None or order(alarm) > (-place[0], place[1])


def merged(
    live: Iterable[AlarmItem],
    known: frozenset[str],
    recorded: Sequence[AlarmItem],
    wanted: AlarmFilter,
    place: Place | None,
    limit: int,
) -> tuple[list[AlarmItem], bool]:
    """At most `limit` alarms after `place`, and whether there are more.

    `recorded` is the record's page of `limit` after that place. Where the live state holds an
    alarm (`known`), its word counts. Beyond the last of a full page the record may hold alarms
    that were not fetched, so nothing live is shown from there on.
    """
    found = [alarm for alarm in live if wanted.fits(alarm) and after_place(alarm, place)]
    is_full = len(recorded) >= limit
    if is_full:
        end = order(recorded[-1])
        found = [alarm for alarm in found if order(alarm) <= end]
    found += [alarm for alarm in recorded if alarm.id not in known]
    found.sort(key=order)
    return found[:limit], is_full or len(found) > limit
