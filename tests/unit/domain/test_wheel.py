"""The wheel hands out who is due, each once, and nobody early."""

from hypothesis import given
from hypothesis import strategies as st

from services.domain.wheel import SPOKE_MS, Wheel

deadlines = st.dictionaries(st.integers(0, 50), st.integers(0, 200_000), max_size=30)


def test_nobody_is_due_before_his_second_has_passed() -> None:
    wheel: Wheel[str] = Wheel()
    wheel.put("a", 1_500)
    assert wheel.take(1_999) == []
    assert wheel.take(2_000) == ["a"]
    assert wheel.take(99_000) == []


def test_a_later_deadline_replaces_the_earlier_one() -> None:
    wheel: Wheel[str] = Wheel()
    wheel.put("a", 1_000)
    wheel.put("a", 9_000)
    assert wheel.take(5_000) == []
    assert wheel.take(10_000) == ["a"]


def test_who_is_dropped_is_not_due() -> None:
    wheel: Wheel[str] = Wheel()
    wheel.put("a", 1_000)
    wheel.drop("a")
    wheel.drop("nobody")
    assert "a" not in wheel
    assert wheel.take(10_000) == []


@given(deadlines, st.lists(st.integers(0, 250_000), max_size=30))
def test_however_often_it_is_asked_each_is_due_once_and_in_time(
    due: dict[int, int], asked: list[int]
) -> None:
    wheel: Wheel[int] = Wheel()
    for key, at in due.items():
        wheel.put(key, at)
    for now in [*sorted(asked), 300_000]:
        for key in wheel.take(now):
            assert due.pop(key) < now
        assert all(at + 2 * SPOKE_MS > now for at in due.values())
    assert due == {}


def test_with_hundreds_waiting_each_second_hands_out_its_own() -> None:
    wheel: Wheel[int] = Wheel()
    for second in range(200):
        wheel.put(second, second * SPOKE_MS)
    assert [wheel.take((second + 1) * SPOKE_MS) for second in range(200)] == [
        [second] for second in range(200)
    ]
    wheel.put(7, 0)
    assert 7 in wheel
    assert wheel.take(SPOKE_MS) == [7]
