"""Our own queue: urgent first, and nothing waits for ever."""

from services.runtime.feed import Delivery
from services.runtime.lanes import TURN, Lanes


def delivery(topic: str, number: int) -> Delivery:
    return Delivery(1, number, 1, topic, b"", 0)


def filled(gas: int, rest: int) -> Lanes:
    """First the rest, then the gas, as a backlog may hold them."""
    lanes = Lanes(lambda topic: topic == "gas")
    for number in range(rest):
        lanes.put(delivery("rest", number))
    for number in range(gas):
        lanes.put(delivery("gas", number))
    return lanes


def names(taken: list[Delivery]) -> list[str]:
    return [each.topic for each in taken]


def test_in_a_backlog_gas_overtakes_what_came_before_it() -> None:
    taken = filled(gas=40, rest=1_000).take(50)

    assert names(taken).count("gas") == 40


def test_each_lane_keeps_its_order() -> None:
    taken = filled(gas=40, rest=40).take(80)

    for lane in ("gas", "rest"):
        assert [each.packet_id for each in taken if each.topic == lane] == list(range(40))


def test_under_a_flood_of_gas_the_rest_still_gets_its_turn() -> None:
    lanes = filled(gas=1_000, rest=100)

    assert names(lanes.take(100)).count("rest") == 100 // TURN
    assert names([lanes.take(1)[0] for _ in range(50)]).count("rest") == 50 // TURN


def test_one_lane_alone_is_taken_as_fast_as_it_can_be() -> None:
    assert len(filled(gas=0, rest=70).take(50)) == 50
    assert len(filled(gas=70, rest=0).take(50)) == 50


def test_what_is_left_is_counted_and_all_of_it_comes_out() -> None:
    lanes = filled(gas=7, rest=5)
    taken = lanes.take(9)

    assert len(lanes) == 3
    assert len(list(lanes)) == 3
    assert len({(each.topic, each.packet_id) for each in taken + lanes.take(9)}) == 12
    assert lanes.take(1) == []
