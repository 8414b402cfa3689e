"""The register over REST: enterprises, gateways, points, rules and people, each with fresh codes."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.living.loopback import NO_TLS
from tests.living.stack import Stack

Json = dict[str, Any]
PATIENCE_S = 10.0
"""How long a client tries again when the register says 503: a busy machine is not a broken one."""
IN_FORCE_S = 2.0
"""The contract: points, gateways and rules are in force within 2 s of the answer."""


class Door:
    """REST as one person: signed in once, every answer checked for its status."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url = url
        self.http = httpx2.Client(base_url=f"{url}/api/v1", timeout=10.0, verify=NO_TLS)
        form = {"username": username, "password": password}
        answer = self._patiently(lambda: self.http.post("/auth/token", data=form))
        assert answer.status_code == 200, answer.text
        self.token: str = answer.json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def ask(self, path: str, **params: str | int | bool) -> Any:
        """GET; the decoded body."""
        answer = self._patiently(lambda: self.http.get(path, params=params))
        assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def items(self, path: str, **params: str | int | bool) -> list[Json]:
        """The whole of a list, page by page."""
        found: list[Json] = []
        cursor: str | None = None
        while True:
            page = self.ask(path, **params, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    def tell(self, path: str, body: Json | None = None, *, status: int = 200) -> Json:
        """POST, once; the decoded body."""
        answer = self.http.post(path, json=body if body is not None else {})
        assert answer.status_code == status, f"POST {path}: {answer.status_code} {answer.text}"
        decoded: Json = answer.json()
        return decoded

    def register(self, path: str, body: Json) -> Json:
        """POST to the register, again while it is away, as its answer asks; the decoded body."""
        key = {"Idempotency-Key": secrets.token_hex(16)}
        answer = self._patiently(lambda: self.http.post(path, json=body, headers=key))
        assert answer.status_code == 201, f"POST {path}: {answer.status_code} {answer.text}"
        decoded: Json = answer.json()
        return decoded

    def remove(self, path: str) -> None:
        """DELETE."""
        answer = self.http.delete(path)
        assert answer.status_code in (200, 204), f"DELETE {path}: {answer.status_code}"

    def close(self) -> None:
        self.http.close()

    def _patiently(self, ask: Callable[[], httpx2.Response]) -> httpx2.Response:
        deadline = time.monotonic() + PATIENCE_S
        answer = ask()
        while answer.status_code == 503 and time.monotonic() < deadline:
            time.sleep(0.5)
            answer = ask()
        return answer


@dataclass
class Gateway:
    """What a gateway was given at its registration, and where the broker is."""

    enterprise: str
    code: str
    username: str
    password: str
    mqtt_port: int
    client_id: str = field(default_factory=lambda: f"gw-{secrets.token_hex(6)}")

    @property
    def topic(self) -> str:
        return f"pw/v1/{self.enterprise}/{self.code}/telemetry"

    @property
    def downlink(self) -> str:
        return f"pw/down/v1/{self.enterprise}/{self.code}/ack"


@dataclass
class Enterprise:
    """An enterprise of this proof alone."""

    door: Door
    stack: Stack
    code: str

    def gateway(self, code: str = "gw1") -> Gateway:
        """A new gateway, its credentials valid at once."""
        path = f"/enterprises/{self.code}/gateways"
        return self._gateway(self.door.register(path, {"code": code}), code)

    def rotate(self, code: str = "gw1") -> Gateway:
        """The same gateway with a new password."""
        return self._gateway(
            self.door.tell(f"/enterprises/{self.code}/gateways/{code}/rotate"), code
        )

    def point(self, tag: str, kind: str = "analog", unit: str = "%", **more: Any) -> Json:
        """A new point."""
        body = {"enterprise": self.code, "tag": tag, "kind": kind, "unit": unit, **more}
        return self.door.register("/points", body)

    def rule(self, tag: str, condition: str, limit: float, grade: int, **more: Any) -> Json:
        """A new limit rule."""
        body = {
            "kind": "limit",
            "enterprise": self.code,
            "tag": tag,
            "condition": condition,
            "limit": limit,
            "grade": grade,
            **more,
        }
        return self.door.register("/rules", body)

    def gas_detector(self, tag: str = "GT-101") -> Json:
        """A combustible-gas point with the two limits of the field: 25 and 50 %LEL."""
        point = self.point(tag, "combustible_gas", "%LEL", range_low=0, range_high=100)
        self.rule(tag, "H", 25, 2)
        self.rule(tag, "HH", 50, 1)
        return point

    def in_force(self) -> None:
        """Wait as long as the contract lets a change take, and no longer."""
        time.sleep(IN_FORCE_S)

    def alarms(self, **params: str | int | bool) -> list[Json]:
        """Its alarms, closed ones too."""
        return self.door.items("/alarms", enterprise=self.code, state="all", **params)

    def _gateway(self, answer: Json, code: str) -> Gateway:
        prescribed = {"client_id": answer["client_id"]} if answer.get("client_id") else {}
        return Gateway(
            self.code,
            code,
            answer["username"],
            answer["password"],
            self.stack.mqtt_port,
            **prescribed,
        )


class Park:
    """The park's administrator at work."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.admin = Door(stack.url, "admin", stack.admin_password)
        self._doors = [self.admin]

    def enterprise(self, name: str = "E") -> Enterprise:
        """A new enterprise with a code that no other proof has."""
        code = f"{name}-{secrets.token_hex(4)}"
        self.admin.register("/enterprises", {"code": code, "name": f"企业 {code}"})
        return Enterprise(self.admin, self.stack, code)

    def person(self, role: str, enterprise: str | None = None) -> Door:
        """A new user, signed in."""
        username, password = f"{role}-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
        body: Json = {"username": username, "password": password, "role": role}
        if enterprise is not None:
            body["enterprise"] = enterprise
        self.admin.register("/users", body)
        door = Door(self.stack.url, username, password)
        self._doors.append(door)
        return door

    def close(self) -> None:
        for door in self._doors:
            door.close()
