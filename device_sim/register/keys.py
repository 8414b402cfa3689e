"""What was given out once, kept in a file that only its owner reads: credentials of gateways and
people, and which bypasses the field shows until when."""

import json
import os
from pathlib import Path

from device_sim.transport.connection import Login

FILE = "gateways.json"


class BadKeys(Exception):
    """The file of credentials cannot be used; one sentence says why."""


class KeyFile:
    """``{"E001/G01": {"username", "password", "client_id"?}}``, people with their passwords, what is
    held in the field, and what was completed."""

    def __init__(self, folder: Path) -> None:
        self._path = self.file = folder / FILE
        self._logins: dict[str, dict[str, str]] = {}
        self._people: dict[str, str] = {}
        self._held: dict[str, tuple[str, int]] = {}
        self.completed: set[str] = set()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._path.exists():
                kept = json.loads(self._path.read_text(encoding="utf-8"))
                self._logins = dict(kept["gateways"])
                self.completed = set(kept["completed"])
                self._people = dict(kept.get("people", {}))
                held = kept.get("held", {})
                self._held = {key: (str(state), int(until)) for key, (state, until) in held.items()}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadKeys(
                f"{self._path}: cannot be used ({error}); delete it to begin anew."
            ) from error

    def get(self, enterprise: str, gateway: str) -> Login | None:
        """What was given for this gateway, if it was kept."""
        kept = self._logins.get(f"{enterprise}/{gateway}")
        if kept is None:
            return None
        return Login(kept["username"], kept["password"], kept.get("client_id"))

    def put(self, enterprise: str, gateway: str, login: Login) -> None:
        """Keep it, on disk before this returns."""
        kept = {"username": login.username, "password": login.password}
        if login.client_id is not None:
            kept["client_id"] = login.client_id
        self._logins[f"{enterprise}/{gateway}"] = kept
        self._write()

    def complete(self, *what: str) -> None:
        """Remember that these were done once: an enterprise's code, or the code, a blank and what
        was done of it."""
        self.completed.update(what)
        self._write()

    def forget_completion(self, enterprise: str) -> None:
        """The platform does not know this enterprise (any more), nor what was said of it."""
        self.completed = {each for each in self.completed if each.split(" ")[0] != enterprise}
        self._held = {k: v for k, v in self._held.items() if not k.startswith(f"{enterprise}/")}
        self._write()

    def person(self, username: str) -> str | None:
        """The password of one of the park's people, if it was kept."""
        return self._people.get(username)

    def put_person(self, username: str, password: str) -> None:
        """Keep it, on disk before this returns."""
        self._people[username] = password
        self._write()

    @property
    def held(self) -> dict[tuple[str, str], tuple[str, int]]:
        """Enterprise and tag → the state that the field shows there, and until when (epoch ms)."""
        return {(key.split("/", 1)[0], key.split("/", 1)[1]): v for key, v in self._held.items()}

    def hold(self, point: str, state: str, until_ms: int) -> None:
        """The field shows this state at ``E001/ESD-1`` until then."""
        self._held[point] = (state, until_ms)
        self._write()

    def _write(self) -> None:
        body = {
            "gateways": self._logins,
            "people": self._people,
            "held": self._held,
            "completed": sorted(self.completed),
        }
        fresh = self._path.with_suffix(".new")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(body, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            raise BadKeys(f"{self._path}: cannot be written ({error.strerror}).") from error
