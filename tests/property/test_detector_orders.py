"""However batches are split, shuffled within, repeated, ticked between or cut by a restart: the same
alarms of all rules that are more than a limit."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.reading import Quality, Reading
from tests.stories.park import GAS, ms
from tests.stories.rules import LEVEL, TEMPERATURE, TWIN, VALVE, Ruled, detector

RULES = (
    detector("rate", TEMPERATURE, limit_per_min=60.0, deadband_per_min=10.0, span_s=10.0, off=3),
    detector("deviation", TEMPERATURE, TWIN, limit=15.0, deadband=3.0, smooth_s=4.0, fresh_s=8.0),
    detector("stuck", LEVEL, TEMPERATURE, span_s=30.0, tolerance=1.0, witness_moves=2.0),
    detector("bad_quality", GAS, on=2, off=4),
    detector("signal_band", LEVEL, span_low=10.0, span_high=20.0, on=1),
    detector("voting", TEMPERATURE, TWIN, needed=2, limit=25.0, window_s=12.0, on=2),
    detector("count", VALVE, needed=2, span_s=20.0, states="open", off=2),
    detector("forecast", TWIN, limit=200.0, horizon_s=600.0, span_s=60.0),
    detector("state", VALVE, states="fault", on=3, latch=True),
    detector(
        "expression", TEMPERATURE, VALVE, names=("t", "v"), text="t > 20.0 && v != 'closed'",
        fresh_s=6.0, on=1, off=1,
    ),
)  # fmt: skip
POINTS = (TEMPERATURE, TWIN, LEVEL, VALVE, GAS)
SECONDS = 90

Life = tuple[str, float, float | None, str | None, bool]


@st.composite
def readings(draw: st.DrawFn) -> list[Reading]:
    """Each point goes up, down or nowhere for a while, at a pace of its own; some of it is bad, and
    it may fall silent. Received when measured."""
    found: list[Reading] = []
    for point in POINTS:
        pace, last = draw(st.integers(2, 6)), draw(st.integers(5, SECONDS))
        value, per_s = 10.0, draw(st.sampled_from([0.0, 0.5]))
        bad = draw(st.sets(st.integers(0, SECONDS), max_size=3))
        turns = draw(st.sets(st.integers(0, SECONDS), max_size=4))
        for second in range(0, last, pace):
            if turns & set(range(second, second + pace)):
                value = float(draw(st.sampled_from([0, 10, 20, 30])))
                per_s = draw(st.sampled_from([0.0, 0.0, 0.5, -0.5, 2.0]))
            value += per_s * pace
            told = float(draw(st.sampled_from([0, 0, 1, 3]))) if point is VALVE else value
            quality = Quality.BAD if second in bad else Quality.GOOD
            found.append(Reading(point.id, ms(second), ms(second), told, quality))
    return sorted(found, key=lambda reading: (reading.measured_at, reading.point_id))


class Run(Ruled):
    """All rules over the points, and what became of them."""

    def __init__(self) -> None:
        super().__init__(*RULES)

    def hear(self, batch: list[Reading]) -> None:
        self.now = max(self.now, (max(r.received_at for r in batch) - ms(0)) / 1000)
        self.judge(batch)

    def end(self, *_: object) -> list[tuple[str, float]]:
        return self.wait(SECONDS + 1_000)

    @property
    def seen(self) -> list[Life]:
        return sorted(
            (a.rule, (a.raised_at - ms(0)) / 1000, None if a.cleared_at is None
             else (a.cleared_at - ms(0)) / 1000, a.closed_as and str(a.closed_as), a.judged)
            for a in self.alarms.values()
        )  # fmt: skip


def whole(sent: list[Reading]) -> Run:
    """Reading by reading, without a look at the clock."""
    run = Run()
    for each in sent:
        run.hear([each])
    run.end()
    return run


def cut(sent: list[Reading], data: st.DataObject) -> list[list[Reading]]:
    batches: list[list[Reading]] = []
    for each in sent:
        together = data.draw(st.booleans())
        if batches and together:
            batches[-1].append(each)
        else:
            batches.append([each])
    return batches


@settings(max_examples=40, deadline=None)
@given(readings(), st.data())
def test_any_split_and_any_order_within_a_batch_ends_in_the_same_alarms(
    sent: list[Reading], data: st.DataObject
) -> None:
    run = Run()
    for batch in cut(sent, data):
        run.hear(data.draw(st.permutations(batch)))
    run.end()
    assert run.seen == whole(sent).seen


@settings(max_examples=40, deadline=None)
@given(readings(), st.data())
def test_ticks_in_between_change_nothing(sent: list[Reading], data: st.DataObject) -> None:
    run = Run()
    for each in sent:
        at = (each.received_at - ms(0)) / 1000
        if data.draw(st.booleans()):
            run.wait(max(run.now, at - data.draw(st.sampled_from([0.0, 0.25, 3.0]))))
        run.hear([each])
    for after in data.draw(st.lists(st.floats(0, 200), max_size=5).map(sorted)):
        run.wait(max(run.now, SECONDS + after))
    run.end()
    assert run.seen == whole(sent).seen


@settings(max_examples=40, deadline=None)
@given(readings(), st.data())
def test_repeats_change_nothing(sent: list[Reading], data: st.DataObject) -> None:
    run = Run()
    for each in sent:
        for _ in range(data.draw(st.integers(1, 2))):
            run.hear([replace(each)])
    run.end()
    assert run.seen == whole(sent).seen


@settings(max_examples=40, deadline=None)
@given(readings(), st.data())
def test_a_restart_at_any_moment_changes_nothing(sent: list[Reading], data: st.DataObject) -> None:
    run = Run()
    place = data.draw(st.integers(0, len(sent)))
    for each in sent[:place]:
        run.hear([each])
    run.restart()
    for each in sent[place:]:
        run.hear([each])
    run.end()
    assert run.seen == whole(sent).seen


@settings(max_examples=40, deadline=None)
@given(readings(), st.data())
def test_a_kill_at_any_moment_loses_nothing(sent: list[Reading], data: st.DataObject) -> None:
    """From an older snapshot, with what was spooled and heard since."""
    run = Run()
    first = data.draw(st.integers(0, len(sent)))
    second = data.draw(st.integers(first, len(sent)))
    for each in sent[:first]:
        run.hear([each])
    dump, spooled, told = run.engine.dump(), len(run.spool), len(run.said)
    for each in sent[first:second]:
        run.hear([each])
    del run.spool[:spooled], run.said[:told]
    run.stored = {place: one for place, one in run.stored.items() if one in sent[first:second]}
    run.kill(dump)
    for each in sent[second:]:
        run.hear([each])
    run.end()
    assert run.seen == whole(sent).seen
