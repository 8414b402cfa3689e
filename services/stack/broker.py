"""The embedded broker: NATS Server with JetStream and its MQTT listener.

Users live in two files that the configuration includes: `services.conf` defines the services'
own users as variables, `gateways.conf` is the list of all users, written by the api.
"""

import os
import re
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, urlencode

from services.runtime import device_trust
from services.runtime.buckets import BUCKETS, LEAVES, MARK
from services.stack.broker_rights import RIGHTS
from services.stack.cache import explained
from services.stack.certificate import Certificate, no_trust
from services.stack.own_certificates import name_of, own_certificates
from services.stack.program import Program
from services.stack.secrets import Secrets

HOST = "127.0.0.1"
SERVICE_USERS = tuple(RIGHTS)
ADMIN_USER = "svc-broker-admin"
STORE_LIMIT = 20 * 2**30
LIMIT = re.compile(r"(?m)^\s*max_file_store: (\d+)$")
WINDOW = 5_000
SMALL_WINDOW = 2_000
"""Of each session, where one worker may hold seventeen."""
EVERY_LEAF_MARK = "every-leaf"
"""A file in a store whose sessions began with that filter; it goes wherever the store goes."""
TEMPLATE = Path("deploy") / "broker" / "nats.conf"


@dataclass(frozen=True, slots=True)
class Listener:
    """Where gateways connect, with a certificate when it is to be TLS; `devices`: whose
    certificates gateways must show."""

    host: str
    port: int
    certificate: Certificate | None = None
    devices: Path | None = None


@dataclass(frozen=True, slots=True)
class Native:
    """Where our own services speak to the broker itself: never on a public address."""

    port: int
    host: str = HOST


class Broker:
    """One broker in a folder, seen from this machine; its messages are in `store`, else there."""

    def __init__(
        self,
        executable: Path,
        template: Path,
        folder: Path,
        native: Native,
        listener: Listener,
        secrets: Secrets,
        store: Path | None = None,
        *,
        bucketed: bool = False,
    ) -> None:
        self._executable = executable
        self._template = template
        self._folder = folder
        self._native = native
        self._listener = listener
        self._secrets = secrets
        self._bucketed = bucketed
        self._store = store or folder / "store"

    @property
    def users_file(self) -> Path:
        """The list of users, rewritten by the api."""
        return self._folder / "gateways.conf"

    def configure(self, keep_gateways: bool = False) -> None:
        """Write the configuration, with the services' own users and no gateway yet.

        `keep_gateways`: leave the gateways that are let in already, where a broker may be running
        whose sessions are there, and whose rights fit what it maps now: a publish that is not
        permitted would be acknowledged and gone.
        """
        with explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._mark_store()
            self._write("services.conf", self._service_users())
            self._trust_devices()
            if not (keep_gateways and self._gateways_fit()):
                self._write("gateways.conf", users_fragment())
            self._write("nats.conf", self._configuration())

    @property
    def has_messages(self) -> bool:
        """Whether the broker has ever run on its store: sessions may be there."""
        return (self._store / "jetstream").exists()

    @property
    def window(self) -> int:
        """How many messages a session is given before the first of them is acknowledged."""
        return SMALL_WINDOW if self._bucketed else WINDOW

    @property
    def every_leaf(self) -> bool:
        """Whether the sessions in its store began with the filter that no leaf escapes."""
        return (self._store / EVERY_LEAF_MARK).exists()

    def program(self) -> Program:
        """How the supervisor starts and stops it."""
        configuration = str(self._folder / "nats.conf")
        return Program(
            name="broker",
            command=(str(self._executable), "-c", configuration),
            cwd=self._folder,
            patience=15.0,
            # After a full disk it takes no message any more, however much room there is again.
            wedged="Critical write error",
        )

    def mqtt_url(self, user: str) -> str:
        """The MQTT address for one of the services' own users, password included."""
        host = HOST if self._listener.host in ("0.0.0.0", "::") else self._listener.host
        place = f"{user}:{self._secrets.get(user)}@{host}:{self._listener.port}"
        # Read again at each connection, so that it can be rotated while services run.
        files = {"password_file": str(self._secrets.path(user))}
        found = self._listener.certificate
        if found is None:
            return f"mqtt://{place}?{urlencode(files, quote_via=quote)}"
        # The name in it is the one that gateways use, not this address.
        files["pin"] = str(found.certificate)
        if self._listener.devices is not None:
            own_certificates(self._secrets, SERVICE_USERS)
            files["cert"] = str(self._secrets.path(name_of(user)))
        return f"mqtts://{place}?{urlencode(files, quote_via=quote)}"

    def rotate(self, passwords: Mapping[str, str] = MappingProxyType({})) -> None:
        """Other passwords for our own users, in the files: in force at the next reload. By
        `passwords`, else random."""
        old, folder = self._secrets.get(ADMIN_USER), self._folder
        for user in (*SERVICE_USERS, ADMIN_USER):
            self._secrets.renew(user, passwords.get(user))
        if (folder / "nats.conf").exists():
            with explained(folder):
                text = (folder / "nats.conf").read_text(encoding="utf-8")
                self._write("nats.conf", text.replace(old, self._secrets.get(ADMIN_USER)))
                self._write("services.conf", self._service_users())

    def admin_url(self) -> str:
        """The native address of the system account, which may ask for a reload."""
        place = f"{ADMIN_USER}:{self._secrets.get(ADMIN_USER)}@{HOST}:{self._native.port}"
        files = {"password_file": str(self._secrets.path(ADMIN_USER))}
        return f"nats://{place}?{urlencode(files, quote_via=quote)}"

    def ready(self) -> bool:
        """Whether it listens for gateways."""
        host = HOST if self._listener.host in ("0.0.0.0", "::") else self._listener.host
        try:
            socket.create_connection((host, self._listener.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _configuration(self) -> str:
        text = self._template.read_text(encoding="utf-8")
        values = {
            "native_listen": f"{self._native.host}:{self._native.port}",
            "store_dir": str(self._store),
            "store_limit": str(self._store_limit()),
            "mqtt_listen": f"{self._listener.host}:{self._listener.port}",
            "mqtt_tls": self._tls(),
            "window": str(self.window),
            "mappings": mappings() if self._bucketed else "",
            "admin_user": ADMIN_USER,
            "admin_password": self._secrets.get(ADMIN_USER),
        }
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        return text

    def _mark_store(self) -> None:
        """A store that is new; also one that was lost while we ran, which the broker began anew by
        itself: `ingest` was told the same meanwhile, and the mark beside the store says so."""
        beside = self._folder / EVERY_LEAF_MARK
        if self.has_messages and not self.every_leaf and not beside.exists():
            return
        self._store.mkdir(mode=0o700, parents=True, exist_ok=True)
        for mark in (self._store / EVERY_LEAF_MARK, beside):
            mark.touch(mode=0o600)

    def _store_limit(self) -> int:
        """In bytes. It never shrinks: the broker has set aside what it was given for messages, and
        the half of what is free becomes less with every message that it holds."""
        free = shutil.disk_usage(self._store.parent).free
        before = self._folder / "nats.conf"
        known = LIMIT.search(before.read_text(encoding="utf-8")) if before.exists() else None
        return max(min(STORE_LIMIT, free // 2), int(known[1]) if known else 0)

    def _gateways_fit(self) -> bool:
        if not self.users_file.exists():
            return False
        return (MARK in self.users_file.read_text(encoding="utf-8")) == self._bucketed

    def _tls(self) -> str:
        listener = self._listener
        if listener.certificate is None:
            return ""
        own = listener.devices is not None
        return tls(listener.certificate, self._folder / device_trust.BUNDLE if own else None)

    def _trust_devices(self) -> None:
        if self._listener.devices is None:
            return
        authority = own_certificates(self._secrets, SERVICE_USERS).read_text(encoding="ascii")
        try:
            devices = device_trust.certificates(self._listener.devices)
        except device_trust.BadTrust as error:
            raise no_trust(error) from error
        self._write(device_trust.SERVICES, authority)
        self._write(device_trust.BUNDLE, device_trust.bundle(authority, devices))

    def _service_users(self) -> str:
        lines = [
            f'{variable(user)} = {{ user: "{user}", password: "{self._secrets.get(user)}", {may} }}\n'
            for user, may in RIGHTS.items()
        ]
        return "# The services' own users; gateways.conf lists them.\n" + "".join(lines)

    def _write(self, name: str, text: str) -> None:
        half = self._folder / f".{name}.half"
        file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as handle:
            handle.write(text)
        half.rename(self._folder / name)


def tls(pair: Certificate, devices: Path | None = None) -> str:
    """The line that makes the gateways' listener TLS. All of a park comes back at once after an
    outage, and a small machine needs its time for the handshakes. `devices`: whoever comes in shows a
    certificate that this file makes good, and is who it names."""
    trusted = "" if devices is None else f', ca_file: "{devices}", verify_and_map: true'
    return (
        f'tls {{ cert_file: "{pair.certificate}", key_file: "{pair.key}"{trusted}, timeout: 10 }}'
    )


def mappings() -> str:
    """What puts each reading under the bucket of its enterprise; the number is the one of `services.runtime.buckets.bucket_of`."""
    lines = (
        f'"pw.v1.*.*.{leaf}": "pw.b.{{{{partition({BUCKETS},1)}}}}'
        f'.{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}.{leaf}"'
        for leaf in LEAVES
    )
    return "mappings: { " + ", ".join(lines) + " }"


def variable(user: str) -> str:
    """The name by which `gateways.conf` refers to a user of `services.conf`."""
    return user.upper().replace("-", "_")


def users_fragment() -> str:
    """A `gateways.conf` without gateways: the services alone, so that their sessions come first."""
    services = ", ".join(f"${variable(user)}" for user in SERVICE_USERS)
    return f'include "services.conf"\nusers: [\n  {services}\n]\n'
