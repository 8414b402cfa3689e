"""The sample park's people: one of each role, with passwords of their own, kept for their owner."""

import secrets

from device_sim.park.description import Park
from device_sim.register.entry import Note, create
from device_sim.register.keys import KeyFile
from device_sim.register.platform import Platform, Refused

SUPERVISOR = "sample.supervisor"
ROLES = {
    "sample.operator": "operator",
    SUPERVISOR: "supervisor",
    "sample.inspector": "inspector",
    "sample.regulator": "regulator",
}


class People:
    """Registers them and signs them in. Raises ``Away``, ``Refused`` or ``BadKeys``."""

    def __init__(self, platform: Platform, keys: KeyFile, note: Note) -> None:
        self._platform, self._keys, self._note = platform, keys, note
        self._there: set[str] = set()

    def register(self, park: Park) -> None:
        """Those that are missing: the park's, and one of each enterprise."""
        self._there = {str(item["username"]) for item in self._platform.items("/users")}
        for name, role in ROLES.items():
            self._person(name, {"role": role})
        for enterprise in park.enterprises:
            body = {"role": "enterprise", "enterprise": enterprise.code}
            self._person(_of(enterprise.code), body)
        self._note(f"The park's people may sign in; their passwords are in {self._keys.file}.")

    def desk(self) -> Platform:
        """Where the rest of the park is registered: as its supervisor, so that what the platform
        allows one account a minute is left to whoever registered it; else as that person."""
        try:
            return self.supervisor()
        except Refused as error:
            self._note(f"{SUPERVISOR}: cannot sign in ({error})")
            return self._platform

    def supervisor(self) -> Platform:
        """The platform as the park's supervisor sees it."""
        return self._signed_in(SUPERVISOR)

    def of(self, enterprise: str) -> Platform:
        """The platform as the enterprise's own person sees it."""
        return self._signed_in(_of(enterprise))

    def _person(self, username: str, body: dict[str, str]) -> None:
        if username in self._there:
            return
        password = secrets.token_urlsafe(12)
        self._keys.put_person(username, password)
        create(
            self._platform,
            self._note,
            "/users",
            {"username": username, "password": password, **body},
        )

    def _signed_in(self, username: str) -> Platform:
        password = self._keys.person(username)
        if password is None:
            raise Refused(401, f"the password of {username} is not kept here")
        door = Platform(self._platform.url, username, password)
        door.sign_in()
        return door


def _of(enterprise: str) -> str:
    return f"sample.{enterprise.lower()}"
