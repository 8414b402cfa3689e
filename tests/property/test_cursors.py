"""Pages under change: whatever comes and goes meanwhile, what stays is shown once, in order."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.api.alarm_page import Place as AlarmPlace
from services.api.alarm_page import after_place, merged, order
from services.api.asking import make_cursor, read_cursor
from services.api.register import Register
from services.domain.point import Point, PointKind
from services.runtime.clock import to_datetime
from services.store.alarm_list import AlarmFilter
from services.store.register import Place, RegisterChange
from services.wire.bus import AlarmItem
from tests.unit.api.engine import alarm

NAMES = st.text("aZ甲0-Ж", min_size=1, max_size=2)
KEYS = st.tuples(st.sampled_from(["a", "B", "c"]), NAMES)
CHANGES = st.lists(st.tuples(st.sets(KEYS, max_size=3), st.sets(KEYS, max_size=2)), max_size=12)
NUMBERS = st.integers(0, 60)


def place(number: int, key: tuple[str, str]) -> Place:
    point = Point(number, key[0], key[1], PointKind.LEVEL, "%")
    return Place(point, None, None, to_datetime(0))


def change(version: int, new: set[tuple[str, str]], gone: set[tuple[str, str]]) -> RegisterChange:
    places = [place(version * 100 + n, key) for n, key in enumerate(sorted(new))]
    return RegisterChange(version, [], [], [], [], places, sorted(gone))


@given(first=st.sets(KEYS), changes=CHANGES, limit=st.integers(1, 4))
def test_points_that_stay_are_shown_once_whatever_comes_and_goes(
    first: set[tuple[str, str]],
    changes: Sequence[tuple[set[tuple[str, str]], set[tuple[str, str]]]],
    limit: int,
) -> None:
    register, stays, seen = Register(), set(first), list[tuple[str, str]]()
    register.apply(change(1, first, set()))
    cursor, waiting = "", list(changes)
    while True:
        after = read_cursor(cursor or None, tuple[str, str]) or ("", "")
        found = register.places_after(after, lambda _: True, limit + 1)
        seen += [(each.point.enterprise, each.point.tag) for each in found[:limit]]
        if len(found) <= limit:
            break
        cursor = make_cursor(seen[-1])
        if waiting:
            new, gone = waiting.pop()
            register.apply(change(len(waiting) + 2, new - gone, gone))
            stays -= gone
    assert seen == sorted(set(seen)), "none twice, all in order"
    assert stays <= set(seen), "none left out that was there all the time"


@given(
    record=st.sets(NUMBERS),
    live=st.sets(NUMBERS),
    arrivals=st.lists(st.sets(st.integers(61, 99), max_size=3), max_size=10),
    limit=st.integers(1, 5),
)
def test_alarms_of_record_and_live_state_are_shown_once_while_new_ones_come(
    record: set[int], live: set[int], arrivals: list[set[int]], limit: int
) -> None:
    now, waiting = dict.fromkeys(live, "acknowledged"), list(arrivals)
    seen: list[AlarmItem] = []
    where: AlarmPlace | None = None
    while True:
        kept = sorted((alarm(n) for n in record), key=order)
        page = [each for each in kept if after_place(each, where)][:limit]
        alive = [alarm(n, state=state) for n, state in now.items()]
        known = frozenset(each.id for each in alive)
        found, more = merged(alive, known, page, AlarmFilter(), where, limit)
        seen += found
        if not more or not found:
            break
        where = (found[-1].raised_at, found[-1].id)
        if waiting:
            now |= dict.fromkeys(waiting.pop(), "unacknowledged")
    ids = [each.id for each in seen]
    assert len(set(ids)) == len(ids), "none twice"
    assert [order(each) for each in seen] == sorted(order(each) for each in seen)
    assert {alarm(n).id for n in record | live} <= set(ids), "none left out"
