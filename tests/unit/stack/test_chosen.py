"""A setting that cannot be is said in one sentence, by its name."""

import pytest

from services.stack.chosen import settings
from services.stack.refusal import Refusal


def test_a_port_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARKWATCH_HTTP_PORT", "abc")
    with pytest.raises(Refusal) as refused:
        settings()
    assert str(refused.value).startswith("PARKWATCH_HTTP_PORT is set to 'abc', which cannot be")


def test_a_port_beyond_the_last_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARKWATCH_MQTT_PORT", "70000")
    with pytest.raises(Refusal, match="PARKWATCH_MQTT_PORT is set to '70000'"):
        settings()
