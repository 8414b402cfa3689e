"""Whether a gateway is there."""

from services.domain.connection import CALM_MS, Connection, ConnectionState

NOW = 1_767_542_400_000
SECOND = 1_000
MINUTE = 60 * SECOND


def stands(subject: Connection) -> ConnectionState:
    return subject.state


def test_readings_make_it_online_and_their_absence_offline() -> None:
    gateway = Connection()
    assert gateway.hear(NOW)
    assert not gateway.hear(NOW + SECOND)
    assert (gateway.state, gateway.since) == (ConnectionState.ONLINE, NOW)

    assert not gateway.tick(NOW + MINUTE, silent=False)
    assert gateway.tick(NOW + MINUTE + 1, silent=True)
    assert stands(gateway) == ConnectionState.OFFLINE
    assert not gateway.tick(NOW + 10 * MINUTE, silent=True)


def test_saying_so_does_not_make_it_online() -> None:
    gateway = Connection()
    assert not gateway.say(True, NOW)
    assert stands(gateway) == ConnectionState.UNKNOWN


def test_a_will_alone_is_a_lost_link_until_silence_confirms_it() -> None:
    gateway = Connection()
    gateway.hear(NOW)
    assert gateway.say(False, NOW + SECOND)
    assert stands(gateway) == ConnectionState.LINK_LOST
    assert not gateway.tick(NOW + MINUTE, silent=False)
    assert gateway.tick(NOW + MINUTE + 1, silent=True)
    assert stands(gateway) == ConnectionState.OFFLINE


def test_a_reading_after_the_will_proves_it_wrong() -> None:
    gateway = Connection()
    gateway.hear(NOW)
    gateway.say(False, NOW + SECOND)
    assert gateway.hear(NOW + 2 * SECOND)
    assert stands(gateway) == ConnectionState.ONLINE
    assert gateway.link is False


def test_flapping_is_one_word_and_not_hundreds() -> None:
    gateway = Connection()
    changes = []
    for second in range(0, 400, 4):
        if gateway.hear(NOW + second * SECOND):
            changes.append(gateway.state)
        if gateway.say(False, NOW + (second + 2) * SECOND):
            changes.append(gateway.state)
    assert changes[-1] is ConnectionState.UNSTABLE
    assert changes.count(ConnectionState.UNSTABLE) == 1
    assert len(changes) == 10  # there, four times gone and back, and then unstable

    last_drop = NOW + 398 * SECOND
    gateway.hear(last_drop + SECOND)
    assert not gateway.tick(last_drop + CALM_MS - 1, silent=False)
    assert gateway.tick(last_drop + CALM_MS, silent=False)
    assert stands(gateway) == ConnectionState.ONLINE


def test_drops_an_hour_apart_are_no_flapping() -> None:
    gateway = Connection()
    for hour in range(20):
        gateway.hear(NOW + hour * 60 * MINUTE)
        assert gateway.tick(NOW + (hour * 60 + 2) * MINUTE, silent=True)
        assert stands(gateway) == ConnectionState.OFFLINE


def test_an_unstable_one_that_never_comes_back_is_offline() -> None:
    gateway = Connection()
    for second in range(0, 40, 4):
        gateway.hear(NOW + second * SECOND)
        gateway.say(False, NOW + (second + 2) * SECOND)
    assert stands(gateway) == ConnectionState.UNSTABLE
    assert gateway.tick(NOW + 38 * SECOND + CALM_MS, silent=True)
    assert stands(gateway) == ConnectionState.OFFLINE


def test_after_a_restart_of_ours_it_stands_as_it_stood() -> None:
    gateway = Connection.resume(ConnectionState.ONLINE, NOW - MINUTE, True, NOW)
    assert not gateway.hear(NOW)
    assert gateway.since == NOW - MINUTE
    assert gateway.tick(NOW + MINUTE, silent=True)
    shaky = Connection.resume(ConnectionState.UNSTABLE, NOW, None, NOW)
    assert shaky.tick(NOW + CALM_MS, silent=True)
    assert stands(shaky) == ConnectionState.OFFLINE
