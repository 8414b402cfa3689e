"""Whatever goes on in a drill: of the field the engine says word for word what it says without one."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.alerts.engine import Action, Hearing
from services.domain.alarm import Transition
from services.domain.alarm_life import LifeEvent
from services.domain.drill import is_twin, twin_of
from services.domain.gateway_clock import TimesHeard
from services.domain.point import Point, PointKind
from services.domain.reading import Reading
from tests.stories.park import GAS, Park, ms
from tests.stories.park import rule as limit

LEVEL = Point(
    2, "acme", "LT-102", PointKind.LEVEL, "%", gateway="gw1", hazard_source="tanks", period_s=5
)
FIELD = (
    replace(GAS, gateway="gw1", hazard_source="tanks", period_s=5),
    LEVEL,
    replace(LEVEL, id=3, tag="LT-103"),
)
TWINS = tuple(replace(each, id=each.id + 10, enterprise=f"{twin_of('acme')}") for each in FIELD)
LIMITS = [
    each
    for point in (*FIELD, *TWINS)
    for each in (
        limit("H", 30, 3, point=point, deadband=2, on=2, name=f"H{point.id}"),
        limit("HH", 60, 1, point=point, off=5, name=f"HH{point.id}"),
    )
]

READINGS = st.tuples(
    st.sampled_from(range(3)),
    st.booleans(),
    st.sampled_from([5.0, 29.0, 31.0, 70.0]),
    st.sampled_from([0, 0, 0, 3, 90, 400]),
)
DEEDS = st.sampled_from([None, None, None, "acknowledge", "shelve", "acknowledge all", "kill"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2, 7, 40]), st.lists(READINGS, max_size=6), DEEDS, st.booleans()
    ),
    min_size=1,
    max_size=25,
)
Step = tuple[int, list[tuple[int, bool, float, int]], str | None, bool]
"""Seconds that pass; readings (place, of a twin, value, seconds late); a deed, on a twin's alarm."""


def lived(steps: list[Step], points: tuple[Point, ...]) -> Park:
    park = Park(
        *(each for each in LIMITS if each.point_id in {p.id for p in points}), points=points
    )
    at = 1_000.0
    for pause, read, deed, on_twin in steps:
        at += pause
        park.now = at
        batch = [
            park.reading(value, at - late, at, (TWINS if twin else FIELD)[place])
            for place, twin, value, late in read
            if twin is False or TWINS[0] in points
        ]
        park.take(park.engine.judge(batch, ms(at), heard(park, batch, at)))
        # Whoever acts has seen all that this moment brings, whether or not a message woke the judge.
        park.wait(at)
        act(park, deed, on_twin)
        park.wait(at)
    return park


def heard(park: Park, batch: list[Reading], at: float) -> list[Hearing]:
    """Each enterprise's gateway says all of it in one delivery."""
    found: list[Hearing] = []
    for enterprise in ("acme", twin_of("acme")):
        mine = [r for r in batch if park.directory.by_id[r.point_id].enterprise == enterprise]
        if mine:
            times = TimesHeard(ms(at), max(each.measured_at for each in mine))
            points = tuple(dict.fromkeys(r.point_id for r in mine))
            found.append(Hearing(str(enterprise), "gw1", points, times))
    return found


def act(park: Park, deed: str | None, on_twin: bool) -> None:
    if deed == "kill":
        park.restart()
        return
    mine = sorted(each.id for each in park.open if is_twin(each.enterprise) is on_twin)
    if deed is None or not mine:
        return
    if deed == "shelve":
        action = Action(LifeEvent.SHELVE, mine[0], "wang", "known", 20)
        park.take(park.engine.act(action, None, ms(park.now))[0])
    else:
        park.acknowledge(*(mine if deed == "acknowledge all" else mine[:1]))


def said_of(park: Park, *, twins: bool) -> list[Transition]:
    return sorted((each for each in park.said if is_twin(each.alarm.enterprise) is twins), key=repr)


@given(STEPS)
def test_the_field_is_judged_shown_and_acted_on_as_if_there_were_no_drill(
    steps: list[Step],
) -> None:
    with_drill, without = lived(steps, FIELD + TWINS), lived(steps, FIELD)
    assert said_of(with_drill, twins=False) == said_of(without, twins=False)
    alarms = {each.id: each for each in without.engine.open_alarms()}
    beside = with_drill.engine.open_alarms()
    assert {each.id: each for each in beside if not is_twin(each.enterprise)} == alarms
    assert with_drill.engine.floods() == without.engine.floods()


@given(STEPS)
def test_all_that_a_drill_raises_is_an_exercise_and_nothing_else_is(steps: list[Step]) -> None:
    for each in lived(steps, FIELD + TWINS).said:
        assert each.alarm.exercise is is_twin(each.alarm.enterprise)
