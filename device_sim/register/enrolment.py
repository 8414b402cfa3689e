"""The sample park made known to a platform. What exists there is kept as it is."""

import math
from collections.abc import Callable, Mapping

from device_sim.fleet.gateway import STATE_REPEAT_S
from device_sim.park.description import Enterprise, Park, Place, PointCard, Station
from device_sim.physics.gas import SUBSTANCES
from device_sim.register.keys import KeyFile
from device_sim.register.platform import Platform, Refused
from device_sim.transport.connection import Login

METRES_PER_DEGREE = 111_320.0
CONFLICT = 409
NO_SUCH_DOOR = (404, 405)
NOT_ALLOWED = (401, 403)

Note = Callable[[str], None]


class Enrolment:
    """Registers a park once. Whoever edits or removes something there later has the last word.

    Raises ``Away`` (try all of it again), ``Refused`` or ``BadKeys``.
    """

    def __init__(self, platform: Platform, keys: KeyFile, note: Note) -> None:
        self._platform, self._keys, self._note = platform, keys, note
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
                body = {
                    "code": enterprise.code,
                    "name": enterprise.name,
                    "name_en": enterprise.name_en,
                }
                self._create("/enterprises", body)
            self._enterprise(park, enterprise)
        return dict(self._logins)

    def _enterprise(self, park: Park, enterprise: Enterprise) -> None:
        first_time = enterprise.code not in self._keys.completed
        path = f"/enterprises/{enterprise.code}/gateways"
        gateways = {str(item["code"]) for item in self._platform.items(path)}
        for station in enterprise.stations:
            self._gateway(enterprise.code, station, station.gateway in gateways, first_time)
        if not first_time:
            return
        for station in enterprise.stations:
            self._hazard_source(enterprise.code, station)
        points, rules = self._points(park, enterprise)
        self._keys.complete(enterprise.code)
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

    def _hazard_source(self, enterprise: str, station: Station) -> None:
        source = station.hazard_source
        if source is None or not self._sources_taken:
            return
        body = {
            "code": source.code,
            "enterprise": enterprise,
            "name": source.name,
            "name_en": source.name_en,
            "unit_type": source.unit_type,
            "exposed_people": source.exposed_people,
            "substances": list(source.substances),
            **({} if source.filing is None else source.filing.body()),
        }
        try:
            self._create("/hazard-sources", body)
        except Refused as error:
            if error.status not in NO_SUCH_DOOR:
                raise
            self._sources_taken = False
            self._note("This platform takes no hazard sources yet; points name them all the same.")

    def _points(self, park: Park, enterprise: Enterprise) -> tuple[int, int]:
        """Points and rules that were missing; how many of each were made."""
        platform, code = self._platform, enterprise.code
        known = platform.items("/points", enterprise=code)
        tags = {str(item["tag"]) for item in known if item["enterprise"] == code}
        ruled = {
            (str(item.get("tag")), str(item.get("condition")))
            for item in platform.items("/rules", enterprise=code)
            if item.get("enterprise") == code
        }
        points = rules = 0
        for station in enterprise.stations:
            for card in station.points:
                if card.tag not in tags:
                    points += self._create("/points", _point(park, code, station, card))
                for limit in card.limits:
                    if (card.tag, limit.condition) not in ruled:
                        rules += self._create("/rules", _rule(code, card, limit.condition))
        return points, rules

    def _create(self, path: str, body: Mapping[str, object]) -> int:
        """1 if it was made, 0 if it was there or the platform will not have it, which is said."""
        try:
            self._platform.post(path, body)
        except Refused as error:
            if error.status in (*NOT_ALLOWED, *NO_SUCH_DOOR):
                raise
            if error.status != CONFLICT:
                what = body.get("tag") or body.get("code")
                self._note(f"{body.get('enterprise', '')} {what}: not registered ({error})")
            return 0
        return 1


def _point(park: Park, enterprise: str, station: Station, card: PointCard) -> dict[str, object]:
    lon, lat = _degrees(park, card.place or station.place)
    body: dict[str, object] = {
        "enterprise": enterprise,
        "tag": card.tag,
        "kind": card.kind,
        "unit": card.unit,
        "name": card.name,
        "name_en": card.name_en,
        "gateway": station.gateway,
        # What reports on change has no period; what it repeats now and then is its heartbeat.
        "period_s": STATE_REPEAT_S if card.on_change else station.period_s,
        "reporting": "on_change" if card.on_change else "periodic",
        "lon": lon,
        "lat": lat,
    }
    if card.low is not None and card.high is not None:
        body |= {"range_low": card.low, "range_high": card.high}
    if card.substance is not None:
        body["substance"] = SUBSTANCES[card.substance].cas
    if station.hazard_source is not None:
        body["hazard_source"] = station.hazard_source.code
    if card.equipment is not None:
        body["equipment"] = card.equipment
    return body


def _rule(enterprise: str, card: PointCard, condition: str) -> dict[str, object]:
    limit = next(each for each in card.limits if each.condition == condition)
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


def _degrees(park: Park, place: Place) -> tuple[float, float]:
    """Longitude and latitude of a place, flat earth about the park's origin."""
    lat = park.latitude + place[1] / METRES_PER_DEGREE
    lon = park.longitude + place[0] / (METRES_PER_DEGREE * math.cos(math.radians(park.latitude)))
    return round(lon, 7), round(lat, 7)
