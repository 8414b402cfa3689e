"""A park to measure on: one enterprise, its gateways and points with limits, in a fresh stack."""

import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import msgspec
import psycopg

from bench.order import Sender
from tests.living.caller import Caller
from tests.living.outcome import eventually
from tests.living.park import Enterprise, Gateway, Park
from tests.living.stack import Stack, living

LIMITS = (("HH", 90.0, 1), ("H", 80.0, 2))
"""Of every point; the workload's normal values lie between 30 and 71."""

_RULES: LiteralString = """
INSERT INTO rule (enterprise, id, version, tag, condition, "limit", grade, deadband, valid_from,
                  created_by, book_version)
SELECT enterprise, tag || %(condition)s, 1, tag, %(condition)s, %(limit)s, %(grade)s, 1, now(),
       'bench', %(version)s
FROM point WHERE enterprise = %(enterprise)s
"""


_POINTS: LiteralString = "SELECT tag, id FROM point WHERE enterprise = %s"


@dataclass(frozen=True, slots=True)
class Place:
    """A gateway with the tags it sends, and those that raise alarms."""

    gateway: Gateway
    tags: list[str]
    alarms: list[str]

    def sender(self, boot: str, readings: int) -> Sender:
        """This gateway's publisher under a fresh boot id."""
        gateway = self.gateway
        return Sender(
            gateway.mqtt_port, gateway.username, gateway.password, gateway.topic, boot,
            self.tags, readings,
        )  # fmt: skip


@contextmanager
def measured_stack() -> Iterator[Stack]:
    """A fresh `parkwatch up`; when the measuring fails, what its programs said is shown."""
    with living() as stack:
        try:
            yield stack
        except BaseException:
            print(stack.said(), file=sys.stderr)
            raise


def apart(stack: Stack) -> tuple[str, str]:
    """Name and password of a user in an account of its own on the stack's broker: our services'
    users may say and hear what they need, and nothing on the measure's own topics."""
    user, password = "bench", secrets.token_hex(16)
    configuration = stack.data_dir / "broker" / "nats.conf"
    account = (
        f'BENCH {{ jetstream: enabled, users: [ {{ user: "{user}", password: "{password}" }} ] }}'
    )
    text = configuration.read_text(encoding="utf-8")
    configuration.write_text(text.replace("accounts {", f"accounts {{\n  {account}", 1))
    os.kill(int((stack.data_dir / "run" / "broker.pid").read_text()), signal.SIGHUP)
    eventually(lambda: _comes_in(stack, user, password), 10.0, "the account of the measure")
    return user, password


def _comes_in(stack: Stack, user: str, password: str) -> bool:
    caller = Caller(user, password, stack.mqtt_port).call()
    caller.leave()
    return caller.connected.is_set()


class Site:
    """Registers at once; `ids` are the points' numbers by tag."""

    def __init__(self, stack: Stack, gateways: int, tags: int, alarms: int) -> None:
        self.stack = stack
        self.park = Park(stack)
        self.enterprise: Enterprise = self.park.enterprise("B")
        self.places = [
            Place(
                self.enterprise.gateway(f"gw{number}"),
                [f"TI-{number}{index:04}" for index in range(tags)],
                [f"GT-{number}{index:03}" for index in range(alarms)],
            )
            for number in range(1, gateways + 1)
        ]
        self.ids = self._register()
        self.apart = apart(stack)

    def secret(self, name: str) -> str:
        """A secret of the installation by its name."""
        return (self.stack.data_dir / "secrets" / name).read_text().strip()

    def bypassing(self, sender: Sender, root: str) -> Sender:
        """The same flow on topics that no service of the stack hears (`root` for `pw/v1/`)."""
        topic = sender.topic.replace("pw/v1/", root)
        username, password = self.apart
        return msgspec.structs.replace(sender, username=username, password=password, topic=topic)

    @property
    def database_url(self) -> str:
        """The database as its superuser."""
        password = self.secret("postgres")
        return f"postgresql://postgres:{password}@127.0.0.1:{self.stack.db_port}/parkwatch"

    def close(self) -> None:
        self.park.close()

    def _register(self) -> dict[str, int]:
        tags = [tag for place in self.places for tag in (*place.tags, *place.alarms)]
        rows = [f"{tag},temperature,Cel" for tag in tags]
        answer = self.park.admin.http.post(
            "/points/import",
            params={"enterprise": self.enterprise.code},
            content="\n".join(["tag,kind,unit", *rows]).encode(),
            headers={"Content-Type": "text/csv"},
            timeout=120.0,
        )
        assert answer.status_code == 201, answer.text
        with psycopg.connect(self.database_url) as connection:
            raised = connection.execute("UPDATE book SET version = version + 1 RETURNING version")
            row = raised.fetchone()
            assert row is not None
            for condition, limit, grade in LIMITS:
                facts = {"condition": condition, "limit": limit, "grade": grade,
                         "version": row[0], "enterprise": self.enterprise.code}  # fmt: skip
                connection.execute(_RULES, facts)
            numbers = connection.execute(_POINTS, (self.enterprise.code,)).fetchall()
        self.enterprise.in_force()
        return {str(tag): int(number) for tag, number in numbers}
