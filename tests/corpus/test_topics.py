"""Cases 58 to 65 as far as they come to us: strange topics, and payloads that claim to be others'."""

import pytest

from services.wire.translate import translate
from tests.corpus.case import directory

AT = 1_767_542_400_123
BOOK = directory()
GOOD = b'{"ts":1767542400123,"values":{"GT-101":7}}'

STRANGE = [
    (60, "pw/v1/acme/+/telemetry", "acme", ""),
    (60, "pw/v1/acme/#", "acme", ""),
    (61, "$SYS/x", "", ""),
    (61, "$share/g/pw/v1/acme/gw1/telemetry", "", ""),
    (61, "$CONTROL/dynamic-security/v1", "", ""),
    (61, "$MQTT/msgs/pw/v1/acme/gw1/telemetry", "", ""),
    (62, "pw/v1//gw1/telemetry", "", "gw1"),
    (62, "pw/v1/acme//telemetry", "acme", ""),
    (62, "/pw/v1/acme/gw1/telemetry", "", ""),
    (62, "pw/v1/acme/gw1/telemetry/", "acme", "gw1"),
    (62, "pw/v1/acme/gw1/", "acme", "gw1"),
    (63, "pw/v1/acme/gw1/" + "x" * 65_520, "acme", "gw1"),
    (63, "/".join("a" * 200), "", ""),
    (64, "pw/v1/acme/gw1/tele\x00metry", "acme", "gw1"),
    (64, "pw/v1/acme/gw1/tele\x1b[2Jmetry", "acme", "gw1"),
    (64, "pw/v1/acme/gw1/telemetry\uffff", "acme", "gw1"),
    (64, "pw/v1/ac\ufffdme/gw1/telemetry", "acme", "gw1"),
    (65, "pw/v1/ac.me/gw1/telemetry", "acme", "gw1"),
    (65, "pw/v1/acme/gw1/>", "acme", "gw1"),
    (65, "pw/v1/acme/gw1/*", "acme", "gw1"),
    (65, "pw/v1/acme/gw1/telemetry ", "acme", "gw1"),
    (65, "pw/v1/acme/gw 1/telemetry", "acme", "gw1"),
]


@pytest.mark.parametrize(("number", "topic", "enterprise", "gateway"), STRANGE)
def test_a_strange_topic_alone(number: int, topic: str, enterprise: str, gateway: str) -> None:
    found = translate(BOOK, topic, GOOD, AT)

    assert found.readings == ()
    assert found.reason is not None
    assert "nknown" in found.reason
    assert "publish to pw/v1/" in found.reason
    assert (found.enterprise, found.gateway) == (enterprise, gateway)
    assert found.reason.isprintable()
    assert len(found.reason) < 400


@pytest.mark.parametrize("leaf", ["telemetry", "neuron"])
def test_59_the_topic_says_whose_it_is_whatever_the_payload_claims(leaf: str) -> None:
    claim = b'{"enterprise":"other","gateway":"gw9","node":"n9",' + GOOD[1:]

    found = translate(BOOK, f"pw/v1/acme/gw1/{leaf}", claim, AT)

    assert (found.enterprise, found.gateway) == ("acme", "gw1")
    assert [each.point_id for each in found.readings] == [1]


def test_66_a_retained_reading_is_read_when_it_is_sent_and_never_again() -> None:
    for leaf in ("telemetry", "neuron", "tb", "senml"):
        again = translate(BOOK, f"pw/v1/acme/gw1/{leaf}", GOOD, AT, retained=True)

        assert again.repeated
        assert (again.readings, again.reason) == ((), None)
