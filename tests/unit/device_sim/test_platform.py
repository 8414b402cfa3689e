"""A platform that is busy is asked again for what is only read, and not for what is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from device_sim.clock import VirtualClock
from device_sim.register.platform import Away, Platform
from tests.unit.device_sim.park_office import ParkOffice, open_office


@pytest.fixture
def office() -> Iterator[ParkOffice]:
    with open_office() as found:
        yield found


@dataclass
class Watched(VirtualClock):
    """Tells when somebody waits."""

    waited: Callable[[float], None] = lambda _s: None

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.waited(self.monotonic())


def signed_in(office: ParkOffice, patience_s: float, opens_after_s: float) -> Platform:
    """The office closes, and opens again so much later."""
    clock = Watched()

    def look(now: float) -> None:
        office.closed = now < opens_after_s

    clock.waited = look
    platform = Platform(office.url, "admin", "right", patience_s, clock)
    platform.sign_in()
    platform.post("/enterprises", {"code": "E1", "name": "One"})
    office.closed = True
    return platform


def test_what_is_read_is_asked_for_until_it_is_there(office: ParkOffice) -> None:
    platform = signed_in(office, patience_s=60.0, opens_after_s=20.0)
    assert [row["code"] for row in platform.items("/enterprises")] == ["E1"]


def test_patience_has_an_end(office: ParkOffice) -> None:
    platform = signed_in(office, patience_s=10.0, opens_after_s=20.0)
    with pytest.raises(Away, match="503"):
        list(platform.items("/enterprises"))


def test_nothing_is_written_twice(office: ParkOffice) -> None:
    platform = signed_in(office, patience_s=60.0, opens_after_s=20.0)
    with pytest.raises(Away, match="503"):
        platform.post("/enterprises", {"code": "E2", "name": "Two"})
    assert platform.clock.monotonic() == 0.0
