"""The sample park made known to a platform. What exists there is kept as it is."""

from collections.abc import Mapping
from datetime import date

from device_sim.park.description import Enterprise, HazardSource, Limit, Park, PointCard, Station
from device_sim.park.geometry import Origin
from device_sim.register.entry import NO_SUCH_DOOR, Note, create, dated
from device_sim.register.keys import KeyFile
from device_sim.register.platform import Platform, Refused
from device_sim.register.points import register_points
from device_sim.transport.connection import Login

TO_PROTECT = "{} to protect"
"""What is kept of an enterprise whose points are known, so that the rest may be told of it."""


class Enrolment:
    """Registers once what a fleet needs to be heard and judged. Whoever edits or removes something
    there later has the last word. ``today``: the day from which the park's days are counted.

    Raises ``Away`` (try all of it again), ``Refused`` or ``BadKeys``.
    """

    def __init__(self, platform: Platform, keys: KeyFile, note: Note, today: date) -> None:
        self._platform, self._keys, self._note, self._today = platform, keys, note, today
        self._sources_taken = True
        self._logins: dict[tuple[str, str], Login] = {}

    def enrol(self, park: Park) -> dict[tuple[str, str], Login]:
        """Everything of the park that is not there yet; who may publish, by gateway."""
        self._logins.clear()
        self._platform.sign_in()
        there = {str(item["code"]) for item in self._platform.items("/enterprises")}
        for enterprise in park.enterprises:
            if enterprise.code not in there:
                self._keys.forget_completion(enterprise.code)
                self._create("/enterprises", self._file(enterprise))
            self._enterprise(park, enterprise)
        return dict(self._logins)

    def _file(self, enterprise: Enterprise) -> dict[str, object]:
        kept = {} if enterprise.dossier is None else dated(enterprise.dossier.file, self._today)
        named = {"name": enterprise.name, "name_en": enterprise.name_en}
        return {"code": enterprise.code, **named, **kept}

    def _enterprise(self, park: Park, enterprise: Enterprise) -> None:
        first_time = enterprise.code not in self._keys.completed
        path = f"/enterprises/{enterprise.code}/gateways"
        gateways = {str(item["code"]) for item in self._platform.items(path)}
        for station in enterprise.stations:
            self._gateway(enterprise.code, station, station.gateway in gateways, first_time)
        if not first_time:
            return
        origin = Origin(park.longitude, park.latitude)
        for station in enterprise.stations:
            if station.hazard_source is not None:
                self._hazard_source(enterprise.code, station.hazard_source, origin)
        points = register_points(self._platform, self._note, origin, enterprise, self._today)
        rules = self._limits(enterprise) + self._detectors(enterprise)
        self._keys.complete(enterprise.code, TO_PROTECT.format(enterprise.code))
        self._note(
            f"{enterprise.code} {enterprise.name}: {points} points and {rules} rules registered"
        )

    def _gateway(self, enterprise: str, station: Station, there: bool, first_time: bool) -> None:
        path, code = f"/enterprises/{enterprise}/gateways", station.gateway
        login = self._keys.get(enterprise, code)
        if there and login is None:
            self._note(f"{enterprise}/{code}: its password is not kept here, rotating it")
            login = self._keep(enterprise, code, self._platform.post(f"{path}/{code}/rotate", {}))
        elif not there and first_time:
            login = self._keep(enterprise, code, self._platform.post(path, {"code": code}))
        if login is not None and (there or first_time):
            self._logins[(enterprise, code)] = login
        else:
            self._note(f"{enterprise}/{code} was removed from the platform; it stays silent")

    def _keep(self, enterprise: str, code: str, answer: Mapping[str, object]) -> Login:
        client_id = answer.get("client_id")
        login = Login(
            str(answer.get("username") or f"{enterprise}.{code}"),
            str(answer["password"]),
            str(client_id) if client_id else None,
        )
        self._keys.put(enterprise, code, login)
        return login

    def _hazard_source(self, enterprise: str, source: HazardSource, origin: Origin) -> None:
        if not self._sources_taken:
            return
        body: dict[str, object] = {
            "code": source.code,
            "enterprise": enterprise,
            "name": source.name,
            "name_en": source.name_en,
            "unit_type": source.unit_type,
            "exposed_people": source.exposed_people,
            "substances": list(source.substances),
            **({} if source.filing is None else dated(source.filing.body(), self._today)),
        }
        if source.place is not None:
            body["lon"], body["lat"] = origin.degrees(source.place)
        try:
            self._create("/hazard-sources", body)
        except Refused as error:
            if error.status not in NO_SUCH_DOOR:
                raise
            self._sources_taken = False
            self._note("This platform takes no hazard sources yet; points name them all the same.")

    def _limits(self, enterprise: Enterprise) -> int:
        """The limits that the park itself asks for and are missing; how many were made."""
        wanted = [
            (card, limit)
            for station in enterprise.stations
            for card in station.points
            for limit in card.limits
        ]
        if not wanted:
            return 0
        ruled = {
            (str(item.get("tag")), str(item.get("condition")))
            for item in self._platform.items("/rules", enterprise=enterprise.code)
            if item.get("enterprise") == enterprise.code
        }
        return sum(
            self._create("/rules", _rule(enterprise.code, card, limit))
            for card, limit in wanted
            if (card.tag, limit.condition) not in ruled
        )

    def _detectors(self, enterprise: Enterprise) -> int:
        """The further rules that its points want, where it has no file: of one that has, they are
        told with all else that protects it."""
        if enterprise.dossier is not None:
            return 0
        wanted = [
            (f"/points/{enterprise.code}/{card.tag}/template/detectors", card.wanted.detectors)
            for station in enterprise.stations
            for card in station.points
            if card.wanted.detectors
        ]
        told = 0
        for path, names in wanted:
            try:
                told += self._create(path, {"names": list(names)})
            except Refused as error:
                if error.status not in NO_SUCH_DOOR:
                    raise
                self._note(f"{enterprise.code} {path}: not registered ({error})")
        return told

    def _create(self, path: str, body: Mapping[str, object]) -> int:
        return create(self._platform, self._note, path, body)


def _rule(enterprise: str, card: PointCard, limit: Limit) -> dict[str, object]:
    return {
        "kind": "limit",
        "enterprise": enterprise,
        "tag": card.tag,
        "condition": limit.condition,
        "limit": limit.limit,
        "grade": limit.grade,
        "deadband": limit.deadband,
        "on_delay_s": limit.on_delay_s,
        "off_delay_s": limit.off_delay_s,
    }
