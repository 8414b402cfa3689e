"""Somebody who makes the sample park known to an office, as a freshly started program would."""

import threading
from datetime import date
from pathlib import Path

from device_sim.clock import VirtualClock
from device_sim.park.description import Park
from device_sim.register.enrolment import Enrolment
from device_sim.register.keys import KeyFile
from device_sim.register.platform import Platform
from device_sim.register.protection import Protection
from tests.unit.device_sim.park_office import ParkOffice

TODAY = date(2026, 1, 31)
NOW_MS = 1_769_860_000_000


class Clerk:
    """Enrols the whole park, and tells what protects it."""

    def __init__(self, office: ParkOffice, folder: Path, park: Park) -> None:
        self._office, self._folder, self._park = office, folder, park
        self.notes: list[str] = []

    def enrol(self, password: str = "right") -> dict[tuple[str, str], str]:
        keys, note = KeyFile(self._folder), self.notes.append
        platform = Platform(self._office.url, "admin", password)
        logins = Enrolment(platform, keys, note, TODAY).enrol(self._park)
        guard = Protection(platform, keys, note, VirtualClock(NOW_MS))
        guard.protect(self._park, TODAY, threading.Event())
        return {key: login.password for key, login in logins.items()}

    @property
    def held(self) -> dict[tuple[str, str], tuple[str, int]]:
        return KeyFile(self._folder).held
