"""The lines for the person at the terminal."""

from pathlib import Path

import pytest

from services.runtime.settings import Settings
from services.stack.show import address, open_broker


def settings(**values: object) -> Settings:
    """Nothing but these: no `.env` of this machine."""
    return Settings.model_validate(values)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "::1"])
def test_a_broker_on_loopback_needs_no_certificate(host: str) -> None:
    assert open_broker(settings(mqtt_host=host)) is None


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "plant.example"])
def test_a_broker_open_to_a_network_without_tls_is_warned_about(host: str) -> None:
    warning = open_broker(settings(mqtt_host=host))
    assert warning is not None
    assert host in warning
    assert "PARKWATCH_MQTT_TLS_CERT" in warning


def test_a_certificate_settles_it() -> None:
    assert open_broker(settings(mqtt_host="0.0.0.0", mqtt_tls_cert=Path("c.pem"))) is None


def test_the_address_is_one_that_a_browser_can_open() -> None:
    assert address(settings(http_host="0.0.0.0", http_port=8001)) == "http://127.0.0.1:8001"
    assert address(settings(http_host="192.0.2.7")) == "http://192.0.2.7:8000"
