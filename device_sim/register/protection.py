"""What protects the sample park, registered once: limits by the standards' templates, points
that the platform computes, groups of detectors, interlocks, key places, rules of other kinds, people, and the bypasses that are open.

A fleet can run without it; so it is told while the fleet runs already.
"""

import threading
from collections.abc import Mapping
from datetime import date
from typing import Any

from device_sim.clock import Clock
from device_sim.park.description import Bypass, Dossier, Enterprise, Park, PointCard
from device_sim.register.enrolment import TO_PROTECT
from device_sim.register.entry import NO_SUCH_DOOR, Note, create, dated
from device_sim.register.keys import KeyFile
from device_sim.register.people import People
from device_sim.register.platform import Platform, Refused

DONE = "{} protected"
HOUR_MS = 3_600_000
EARLY_MS = HOUR_MS // 2
"""The field is back in service this long before an approval ends."""


class Protection:
    """Tells a platform once what protects each enterprise of a park.

    Raises ``Away`` (try again), ``Refused`` or ``BadKeys``.
    """

    def __init__(self, platform: Platform, keys: KeyFile, note: Note, clock: Clock) -> None:
        self._platform, self._keys, self._note, self._clock = platform, keys, note, clock
        self._desk = platform

    def protect(self, park: Park, today: date, stop: threading.Event) -> None:
        """Everything of the park that was not told yet; ends early when ``stop`` is set."""
        left = [each for each in park.enterprises if self._is_open(each)]
        if not left:
            return
        self._platform.sign_in()
        people = People(self._platform, self._keys, self._note)
        people.register(park)
        self._desk = people.desk()
        for enterprise in left:
            if stop.is_set():
                return
            assert enterprise.dossier is not None
            told = self._points(enterprise) + self._objects(enterprise, enterprise.dossier, today)
            for bypass in enterprise.dossier.bypasses:
                self._bypass(people, enterprise.code, bypass)
            self._keys.complete(DONE.format(enterprise.code))
            self._note(f"{enterprise.code} {enterprise.name}: {told} things that protect it told")

    def _is_open(self, enterprise: Enterprise) -> bool:
        asked = TO_PROTECT.format(enterprise.code) in self._keys.completed
        done = DONE.format(enterprise.code) in self._keys.completed
        return enterprise.dossier is not None and asked and not done

    def _points(self, enterprise: Enterprise) -> int:
        cards = [card for station in enterprise.stations for card in station.points]
        return sum(self._templates(enterprise.code, card) for card in cards)

    def _templates(self, enterprise: str, card: PointCard) -> int:
        """The standards' templates that are wanted for a point; 409 means that they are there."""
        wanted, told = card.wanted, 0
        path = f"/points/{enterprise}/{card.tag}/template"
        if wanted.standard:
            plant = {"normal_high": wanted.normal_high, "design_pressure": wanted.design_pressure}
            told += self._create(path, {n: v for n, v in plant.items() if v is not None})
        if wanted.detectors:
            choice: dict[str, object] = {"names": list(wanted.detectors)}
            if wanted.respond_s is not None:
                choice["respond_s"] = wanted.respond_s
            told += self._create(f"{path}/detectors", choice)
        return told

    def _objects(self, enterprise: Enterprise, dossier: Dossier, today: date) -> int:
        told = 0
        for path, bodies in (
            ("/derived-points", dossier.derived),
            ("/groups", dossier.groups),
            ("/interlocks", dossier.loops),
            ("/places", dossier.places),
            ("/rules", self._missing(enterprise.code, dossier)),
        ):
            for body in bodies:
                told += self._create(path, {"enterprise": enterprise.code, **dated(body, today)})
        return told

    def _missing(self, enterprise: str, dossier: Dossier) -> list[Mapping[str, Any]]:
        """The rules that are not there yet: a point has one of a kind and condition from us."""
        there = {
            (item.get("tag"), item.get("kind", "limit"), item.get("condition"))
            for item in self._desk.items("/rules", enterprise=enterprise)
        }
        return [
            rule
            for rule in dossier.rules
            if (rule["tag"], rule["kind"], rule.get("condition")) not in there
        ]

    def _bypass(self, people: People, enterprise: str, bypass: Bypass) -> None:
        """Applied for by the enterprise, approved by two of the park; only then the field shows
        it, and only as long as it is approved."""
        path = f"/interlocks/{enterprise}/{bypass.loop}/bypass"
        try:
            asked = people.of(enterprise).post(path, bypass.application)
            for approver in (self._platform, people.supervisor()):
                approver.post(f"/bypasses/{asked['id']}/approve", {})
        except Refused as error:
            self._note(f"{enterprise} {bypass.loop}: its bypass is not registered ({error})")
            return
        until_ms = self._clock.now_ms() + round(bypass.hours * HOUR_MS) - EARLY_MS
        self._keys.hold(f"{enterprise}/{bypass.shows}", bypass.state, until_ms)

    def _create(self, path: str, body: Mapping[str, object]) -> int:
        """As ``create``; what the platform has no door for is said and left out."""
        try:
            return create(self._desk, self._note, path, body)
        except Refused as error:
            if error.status not in NO_SUCH_DOOR:
                raise
            self._note(f"{body.get('enterprise', '')} {path}: not registered ({error})")
            return 0
