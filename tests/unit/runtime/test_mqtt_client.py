"""Addresses of brokers, and topic filters."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.runtime.mqtt_bus import topic_matches
from services.runtime.mqtt_client import BadAddress, BrokerAddress


def test_an_address_is_read_with_its_credentials_and_hides_the_password() -> None:
    address = BrokerAddress.parse("mqtt://acme.gw%40x:p%3Aw@broker.example:1884")

    assert (address.host, address.port, address.tls) == ("broker.example", 1884, False)
    assert (address.username, address.password) == ("acme.gw@x", "p:w")
    assert "p:w" not in repr(address)


def test_ports_have_defaults() -> None:
    assert BrokerAddress.parse("mqtt://h").port == 1883
    assert BrokerAddress.parse("mqtts://h") == BrokerAddress("h", 8883, tls=True)


@pytest.mark.parametrize(
    "url", ["", "h:1883", "http://h", "mqtt://", "mqtt://h:99999", "mqtt://h:x"]
)
def test_a_bad_address_says_how_it_should_look(url: str) -> None:
    with pytest.raises(BadAddress, match="looks like mqtt://"):
        BrokerAddress.parse(url)


@pytest.mark.parametrize(
    ("topic_filter", "topic", "covers"),
    [
        ("a/b", "a/b", True),
        ("a/+", "a/b", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("+/+", "a", False),
        ("a/b/c", "a/b", False),
    ],
)
def test_a_filter_covers_its_topics(topic_filter: str, topic: str, covers: bool) -> None:
    assert topic_matches(topic_filter, topic) is covers


def test_what_was_rotated_counts_at_the_next_connection_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("old\n")
    address = BrokerAddress.parse(f"mqtt://svc:ignored@h:1?password_file={file}")
    assert address.password == "old"
    elsewhere = replace(address, port=2)
    file.write_text("new\n")
    assert elsewhere.fresh() == replace(address, port=2, password="new")
    assert "new" not in repr(elsewhere.fresh())
    file.unlink()
    with pytest.raises(BadAddress, match="cannot be read"):
        elsewhere.fresh()
