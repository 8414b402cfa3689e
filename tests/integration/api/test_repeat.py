"""A write that is sent again: done once, answered as the first, whatever was killed in between."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2
import psycopg
import pytest

from tests.integration.api.conftest import running_api, start_api
from tests.integration.api.scripted import Scripted
from tests.integration.api.test_register import refused
from tests.living.engines_alone import Engines
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Door, Json


class Mortal:
    """An api that is killed and started again; each time its administrator signs in anew."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.start()

    def start(self) -> None:
        self.url, self.process = start_api(self.engines)
        eventually(self._ready, 60.0, "the api is ready")
        password = self.engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"]
        self.admin = Door(self.url, "admin", password)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.admin.close()

    def _ready(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/readyz", verify=NO_TLS).status_code == 200
        except httpx2.TransportError:
            return False

    def enterprise(self) -> str:
        code = f"E-{secrets.token_hex(4)}"
        self.admin.tell("/enterprises", {"code": code, "name": "企业"}, status=201)
        return code

    def write(self, method: str, path: str, body: Json | None, key: str) -> httpx2.Response:
        headers = {"Idempotency-Key": key}
        return self.admin.http.request(method, path, json=body, headers=headers)

    def kept(self) -> int:
        """How many answers the database keeps to say them again."""
        with psycopg.connect(self.engines.superuser_url) as connection:
            row = connection.execute("SELECT count(*) FROM kept_answer").fetchone()
        assert row is not None
        return int(row[0])

    def killed_after(self, method: str, path: str, body: Json | None, key: str) -> None:
        """Kill it when a write is done and not yet answered: it looks at the points, and waits."""
        known = self.kept()
        # Others look at the points as well, so whoever waits for them need not be this write.
        self._killed(method, path, body, key, "point", lambda: self.kept() > known)

    def killed_before(self, method: str, path: str, body: Json | None, key: str) -> None:
        """Kill it in the middle of a write, which waits for the gateways."""
        self._killed(method, path, body, key, "gateway", None)

    def _killed(
        self,
        method: str,
        path: str,
        body: Json | None,
        key: str,
        table: str,
        far_enough: Callable[[], bool] | None,
    ) -> None:
        with waiting_for(self.engines, table) as is_waited_for:
            door = self.admin
            asking = threading.Thread(target=_unanswered, args=(door, method, path, body, key))
            asking.start()
            if far_enough is not None:
                eventually(far_enough, 10.0, "the write is done")
            eventually(is_waited_for, 10.0, f"it waits for {table}")
            self.process.kill()
            self.process.wait()
            asking.join(10.0)
            assert not asking.is_alive()
        door.close()
        self.start()


def _unanswered(door: Door, method: str, path: str, body: Json | None, key: str) -> None:
    with pytest.raises(httpx2.TransportError):
        door.http.request(method, path, json=body, headers={"Idempotency-Key": key})


@contextmanager
def waiting_for(engines: Engines, table: str) -> Iterator[Callable[[], bool]]:
    """Inside, whoever reads a table waits; answers whether the api does."""
    with (
        psycopg.connect(engines.superuser_url) as holder,
        psycopg.connect(engines.superuser_url, autocommit=True) as watcher,
    ):
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())

        def is_waited_for() -> bool:
            row = watcher.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass",
                (table,),
            ).fetchone()
            return row is not None and row[0] > 0

        yield is_waited_for


@pytest.fixture(scope="module")
def engine(engines: Engines) -> Iterator[Scripted]:
    with Scripted(engines) as speaking:
        yield speaking


@pytest.fixture(scope="module")
def mortal(engines: Engines, engine: Scripted) -> Iterator[Mortal]:
    running = Mortal(engines)
    yield running
    running.kill()


def test_a_gateway_made_just_before_the_api_was_killed_is_answered_with_its_password(
    mortal: Mortal,
) -> None:
    """After the change the api looks at the points: there it waits, and is killed."""
    path, body = f"/enterprises/{mortal.enterprise()}/gateways", {"code": "gw1"}
    mortal.killed_after("POST", path, body, "k1")

    again = mortal.write("POST", path, body, "k1")
    once_more = mortal.write("POST", path, body, "k1")

    assert again.status_code == 201, again.text
    assert again.headers["idempotent-replayed"] == "true"
    assert once_more.json() == again.json()
    assert len(mortal.admin.items(path)) == 1
    made = again.json()
    login = (made["username"], made["password"])
    told = mortal.admin.http.post("/telemetry", json={"values": {"X": 1}}, auth=login)
    assert told.status_code == 202, told.text
    refused(mortal.write("POST", path, {"code": "gw2"}, "k1"), 422, "idempotency-key-reused")


def test_a_rotation_is_not_done_twice(mortal: Mortal) -> None:
    path = f"/enterprises/{mortal.enterprise()}/gateways"
    mortal.admin.tell(path, {"code": "gw1"}, status=201)
    mortal.killed_after("POST", f"{path}/gw1/rotate", None, "k1")
    rotated = mortal.admin.items(path)[0]["rotated_at"]

    again = mortal.write("POST", f"{path}/gw1/rotate", None, "k1")

    assert again.status_code == 200
    assert again.headers["idempotent-replayed"] == "true"
    assert mortal.admin.items(path)[0]["rotated_at"] == rotated


def test_a_removal_is_not_answered_with_not_found(mortal: Mortal) -> None:
    path = f"/enterprises/{mortal.enterprise()}/gateways"
    mortal.admin.tell(path, {"code": "gw1"}, status=201)
    mortal.killed_after("DELETE", f"{path}/gw1", None, "k1")

    again = mortal.write("DELETE", f"{path}/gw1", None, "k1")

    assert (again.status_code, again.content) == (204, b"")
    refused(mortal.write("DELETE", f"{path}/gw1", None, "k2"), 404, "not-found")


def test_a_write_killed_before_its_commit_is_done_by_the_repeat(mortal: Mortal) -> None:
    """The change itself waits: nothing of it is there afterwards."""
    path, body = f"/enterprises/{mortal.enterprise()}/gateways", {"code": "gw1"}
    mortal.killed_before("POST", path, body, "k1")
    assert mortal.admin.items(path) == []

    again = mortal.write("POST", path, body, "k1")

    assert again.status_code == 201
    assert "idempotent-replayed" not in again.headers
    assert len(mortal.admin.items(path)) == 1


def test_every_answer_of_the_register_outlives_the_api(mortal: Mortal) -> None:
    code, name = mortal.enterprise(), f"u-{secrets.token_hex(4)}"
    person = {"username": name, "password": secrets.token_hex(8), "role": "operator"}
    rule = {"enterprise": code, "tag": "A", "condition": "HH", "limit": 5, "grade": 1}
    point = {"enterprise": code, "tag": "A", "kind": "level", "unit": "%"}
    writes: list[tuple[str, str, Json | None]] = [
        ("POST", "/enterprises", {"code": f"F-{secrets.token_hex(4)}", "name": "F"}),
        ("PATCH", f"/enterprises/{code}", {"name": "G"}),
        ("POST", "/points", point),
        ("PATCH", f"/points/{code}/A", {"range_high": 9}),
        ("POST", "/rules", rule),
        ("POST", "/users", person),
        ("PATCH", f"/users/{name}", {"role": "supervisor"}),
        ("DELETE", f"/users/{name}", None),
    ]
    first = [mortal.write(*each, key=f"w{n}") for n, each in enumerate(writes)]
    rule_path = f"/rules/{first[4].json()['id']}"
    more: list[tuple[str, str, Json | None]] = [
        ("PUT", rule_path, rule | {"limit": 6}),
        ("DELETE", rule_path, None),
    ]
    writes += more
    first += [mortal.write(*each, key=f"x{n}") for n, each in enumerate(more)]
    sheet = b"tag,kind,unit\nB,level,%\n"
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "sheet"}
    path = f"/points/import?enterprise={code}"
    first.append(mortal.admin.http.post(path, content=sheet, headers=headers))
    assert [answer.status_code // 100 for answer in first] == [2] * len(first)
    mortal.kill()
    mortal.start()

    again = [mortal.write(*each, key=f"w{n}") for n, each in enumerate(writes[:8])]
    again += [mortal.write(*each, key=f"x{n}") for n, each in enumerate(more)]
    again.append(mortal.admin.http.post(path, content=sheet, headers=headers))

    assert [(a.status_code, a.content) for a in again] == [
        (f.status_code, f.content) for f in first
    ]
    assert all(answer.headers["idempotent-replayed"] == "true" for answer in again)
    assert [p["tag"] for p in mortal.admin.items("/points", enterprise=code)] == ["A", "B"]


def test_an_acknowledgement_is_answered_again_by_the_engine(
    mortal: Mortal, engine: Scripted
) -> None:
    """It does not wait for the database, so it is not kept there; twice is as once."""
    item = engine.raises(7001, mortal.enterprise())
    path, body = f"/alarms/{item.id}/acknowledge", {"note": "go"}
    eventually(lambda: mortal.write("POST", path, body, "ack").status_code == 200, 5.0, "it")
    first = mortal.write("POST", path, body, "ack").json()
    mortal.kill()
    mortal.start()

    again = mortal.write("POST", path, body, "ack")

    assert again.status_code == 200
    assert "idempotent-replayed" not in again.headers
    assert again.json() == first
    assert first["acknowledged_by"] == "admin"


def its_register_is_read(url: str) -> None:
    """Before that it would refuse to say anything about it."""
    eventually(
        lambda: httpx2.get(f"{url}/readyz", verify=NO_TLS).status_code == 200, 20.0, "another api"
    )


def test_two_at_once_by_two_apis_are_one(mortal: Mortal, engines: Engines) -> None:
    """The second waits for the first's transaction, and answers as it did."""
    path, body = f"/enterprises/{mortal.enterprise()}/gateways", {"code": "gw1"}
    answers: list[httpx2.Response] = []
    with running_api(engines) as (url, _):
        its_register_is_read(url)
        other = Door(url, "admin", engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"])
        headers = {"Idempotency-Key": "both"}

        def ask(door: Door) -> None:
            answers.append(door.http.post(path, json=body, headers=headers))

        with waiting_for(engines, "gateway") as is_waited_for:
            asking = [threading.Thread(target=ask, args=(d,)) for d in (mortal.admin, other)]
            for each in asking:
                each.start()
            eventually(is_waited_for, 10.0, "they wait for it")
        for each in asking:
            each.join(10.0)
        other.close()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["password"] == answers[1].json()["password"]
    assert len(mortal.admin.items(path)) == 1


def test_what_another_api_made_is_there_for_whoever_repeats_it_here(
    mortal: Mortal, engines: Engines
) -> None:
    """Several times: now and then this api has looked by itself in between."""
    code = mortal.enterprise()
    path, name = f"/enterprises/{code}/gateways", f"u-{secrets.token_hex(4)}"
    with running_api(engines) as (url, _):
        its_register_is_read(url)
        other = Door(url, "admin", engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"])
        for number in range(1, 5):
            body, headers = {"code": f"gw{number}"}, {"Idempotency-Key": f"there-{number}"}
            assert other.http.post(path, json=body, headers=headers).status_code == 201
            again = mortal.write("POST", path, body, f"there-{number}")
            assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
            assert len(mortal.admin.items(path)) == number
        body = {"username": name, "password": secrets.token_hex(8), "role": "operator"}
        told = other.http.post("/users", json=body, headers={"Idempotency-Key": "there-u"})
        assert told.status_code == 201
        assert mortal.write("POST", "/users", body, "there-u").status_code == 201
        somebody = Door(mortal.url, name, body["password"])
        assert somebody.ask("/me")["username"] == name
        somebody.close()
        other.close()


def test_the_kept_password_cannot_be_read_in_the_database(mortal: Mortal) -> None:
    path = f"/enterprises/{mortal.enterprise()}/gateways"
    made = mortal.write("POST", path, {"code": "gw1"}, "secret").json()
    with psycopg.connect(mortal.engines.superuser_url) as connection:
        rows = connection.execute("SELECT answer, request FROM kept_answer").fetchall()
    assert rows
    assert not any(made["password"].encode() in cell for row in rows for cell in row)


def test_what_is_kept_has_an_end(mortal: Mortal) -> None:
    """A day, and so many of each user: both looked at when an api starts."""
    with psycopg.connect(mortal.engines.superuser_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO kept_answer"
            " SELECT name, sha256(n::text::bytea), '', 200, '', now() - age, '*'"
            " FROM (VALUES ('old', interval '25 hours', 3), ('many', interval '1 hour', 10005))"
            " AS wanted (name, age, count), generate_series(1, count) AS n"
        )
        mortal.kill()
        mortal.start()

        def counts() -> dict[str, int]:
            rows = connection.execute(
                "SELECT username, count(*) FROM kept_answer"
                " WHERE username IN ('old', 'many') GROUP BY username"
            )
            return dict(rows.fetchall())

        eventually(lambda: counts() == {"many": 10_000}, 10.0, "the rest is forgotten")
        connection.execute("DELETE FROM kept_answer WHERE username = 'many'")
