"""An api in this process, over the real database, at a clock that the proof moves."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from services.api.app import make_app
from services.api.assembly import assemble
from services.api.password import Passwords
from services.api.window import Window
from services.runtime.clock import ManualClock, SystemClock
from services.runtime.settings import Settings
from tests.living.engines_alone import Engines
from tests.living.park import Json
from tests.living.quick_api import QUICK

ROOT = "http://desk/api/v1"


@dataclass
class Somebody:
    """One person, or program, at that api."""

    http: httpx2.AsyncClient
    username: str
    password: str
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    async def sign_in(self, otp: str | None = None, password: str | None = None) -> httpx2.Response:
        """Ask for a token, and keep it where there is one."""
        form = {"username": self.username, "password": password or self.password}
        answer = await self.http.post("/auth/token", data=form | ({"otp": otp} if otp else {}))
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    async def ask(self, method: str, path: str, body: Json | None = None) -> httpx2.Response:
        """With the token, if there is one."""
        bearer = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        headers = bearer | self.headers
        return await self.http.request(method, path, json=body, headers=headers)

    async def get(self, path: str, status: int = 200) -> Any:
        """GET; the decoded body."""
        answer = await self.ask("GET", path)
        assert answer.status_code == status, f"GET {path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def tell(
        self, method: str, path: str, body: Json | None = None, status: int = 200
    ) -> Any:
        """A write; the decoded body, None where there is none."""
        answer = await self.ask(method, path, body)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


@dataclass
class Desk:
    """The api, its parts, its clock, and its admin, signed in."""

    here: Window
    clock: ManualClock
    http: httpx2.AsyncClient
    admin: Somebody

    async def person(self, role: str, enterprise: str | None = None) -> Somebody:
        """A new person, not signed in yet."""
        name, password = f"{role}-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
        body = {"username": name, "password": password, "role": role, "enterprise": enterprise}
        await self.admin.tell("POST", "/users", body, 201)
        return Somebody(self.http, name, password)

    async def enterprise(self) -> str:
        """A new enterprise's code."""
        code = f"E-{secrets.token_hex(4)}"
        await self.admin.tell("POST", "/enterprises", {"code": code, "name": "企业"}, 201)
        return code

    def stranger(self, token: str | None = None) -> Somebody:
        """Whoever holds this token."""
        return Somebody(self.http, "", "", token)


@asynccontextmanager
async def desk_over(engines: Engines, **more: object) -> AsyncIterator[Desk]:
    """With `more` settings; limits are off unless said otherwise."""
    told = {
        name.removeprefix("PARKWATCH_").lower(): value
        for name, value in engines.services["api"].items()
    }
    settings = Settings(_env_file=None, **({"rate_limit": 0} | told | more))  # type: ignore[arg-type]
    clock = ManualClock(SystemClock().now_ms())
    here = assemble(settings, clock, Passwords(QUICK)).window
    assert await here.database.probe()
    await here.follower.look()
    await here.accounts.make_first_admin(told["admin_password"])
    await here.accounts.refresh()
    transport = httpx2.ASGITransport(app=make_app(here))
    try:
        async with httpx2.AsyncClient(transport=transport, base_url=ROOT) as http:
            admin = Somebody(http, "admin", told["admin_password"])
            assert (await admin.sign_in()).status_code == 200
            yield Desk(here, clock, http, admin)
    finally:
        here.database.close()
