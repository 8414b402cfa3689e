"""Receivers of notices over REST: whose they are, where they may be, and what they are told."""

import secrets
from pathlib import Path

import psycopg
import pytest

from services.api.keyring import Keyring
from services.api.notify.courier import NOT_ALLOWED, Courier, secret_name
from services.api.receiver_desk import MOST, ReceiverDesk
from services.api.seal import Seal
from services.domain.journal import ChainHead, link
from services.domain.signing_key import parse_keys, relieved, written
from services.runtime.outgoing import NotFound, Outgoing
from services.store.outbox import Notice, Receiver
from services.store.tenant import EVERY
from services.wire.webhook import written_secret
from tests.integration.api.conftest import Api
from tests.integration.api.desk import Desk, Somebody, desk_over
from tests.integration.api.test_register import refused
from tests.integration.notify.outlet import Outlet, until
from tests.living.engines_alone import Engines
from tests.living.park import Json
from tests.unit.alerts.samples import raised

PUBLIC = "https://duty.example.com/alarms"
NEW: Json = {"name": "消防值班", "url": PUBLIC}


class Undone(Exception):
    """Ends a transaction whose changes are to stay a proof's own."""


async def of_an_enterprise(desk: Desk) -> tuple[str, Somebody]:
    code = await desk.enterprise()
    person = await desk.person("enterprise", code)
    await person.sign_in()
    return code, person


def kept_of(engines: Engines, receiver: str) -> tuple[str, bytes, str]:
    with psycopg.connect(engines.superuser_url) as connection:
        row = connection.execute(
            "SELECT enterprise, secret, notice_receiver::text FROM notice_receiver WHERE id = %s",
            (receiver,),
        ).fetchone()
    assert row is not None
    return row[0], bytes(row[1]), row[2]


async def test_s46_receivers_secrets_are_sealed_by_the_next_key_and_read_by_who_sends(
    engines: Engines, tmp_path: Path
) -> None:
    """Whoever sends looks for another key where it cannot read a secret; nothing is started again."""
    async with desk_over(engines) as desk:
        made = await desk.admin.tell("POST", "/receivers", NEW, 201)
        old = engines.services["api"]["PARKWATCH_NOTICE_KEY"]
        file = tmp_path / "notice_key"
        file.write_text(old)
        ours, sender = Keyring("", file), Seal(Keyring("", file))
        keeper = ReceiverDesk(Seal(ours), ())
        file.write_text(written(relieved(parse_keys(old), "n" * 40, desk.clock.now_ms())))
        assert ours.refresh()
        try:
            async with desk.here.database.transaction(tenant=EVERY) as connection:
                assert await keeper.reseal(connection) >= 1
                assert await keeper.reseal(connection) == 0
                kept = await connection.execute(
                    "SELECT enterprise, secret FROM notice_receiver WHERE id = %s", (made["id"],)
                )
                owner, sealed = await kept.fetchone() or ("", b"")
                name = secret_name(owner, made["id"])
                assert Seal(old).open(name, bytes(sealed)) is None
                courier = Courier(Outgoing(), Outgoing(), sender)
                receiver = Receiver(owner, made["id"], NEW["url"], bytes(sealed), "zh", True, 0)
                assert courier.key(receiver) == Seal(ours).open(name, bytes(sealed))
                raise Undone
        except Undone:
            pass


async def test_a_secret_is_shown_once_and_kept_sealed(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        made = await desk.admin.tell("POST", "/receivers", NEW, 201)
        seal = Seal(engines.services["api"]["PARKWATCH_NOTICE_KEY"])
        owner, sealed, whole = kept_of(engines, made["id"])
        key = seal.open(secret_name(owner, made["id"]), sealed)
        assert key is not None
        assert written_secret(key) == made["secret"]
        shown = await desk.admin.get(f"/receivers/{made['id']}")
        other = await desk.admin.tell("POST", f"/receivers/{made['id']}/rotate", {})
        rows = await desk.admin.get("/audit?limit=50")
        told = f"{whole} {shown} {rows} {await desk.admin.get('/receivers?limit=1000')}"
        assert made["secret"] not in told
        assert key.hex() not in told
        assert sealed.hex() not in f"{rows}"
        assert other["secret"] != made["secret"]
        assert (shown["enterprise"], shown["language"], shown["grades"]) == (
            None,
            "zh",
            [1, 2, 3, 4],
        )
        assert (shown["exercises"], shown["active"], shown["registered_by_park"]) == (
            False,
            True,
            True,
        )
        await desk.admin.tell("DELETE", f"/receivers/{made['id']}", status=204)
        refused(await desk.admin.ask("GET", f"/receivers/{made['id']}"), 404, "not-found")


async def test_an_enterprise_has_its_own_and_knows_of_no_other(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        (ours, mine), (theirs, other) = await of_an_enterprise(desk), await of_an_enterprise(desk)
        parks = await desk.admin.tell("POST", "/receivers", NEW, 201)
        for_us = await desk.admin.tell("POST", "/receivers", NEW | {"enterprise": ours}, 201)
        own = await mine.tell("POST", "/receivers", NEW | {"name": "门卫"}, 201)
        assert own["enterprise"] == ours
        seen = {each["id"] for each in (await mine.get("/receivers"))["items"]}
        assert seen == {for_us["id"], own["id"]}
        assert (await other.get("/receivers"))["items"] == []
        everybody = {
            each["id"] for each in (await desk.admin.get("/receivers?limit=1000"))["items"]
        }
        assert everybody >= {parks["id"], for_us["id"], own["id"]}
        for stranger, name in ((other, own["id"]), (mine, parks["id"])):
            for method, path, body in (
                ("GET", "", None),
                ("PATCH", "", {"active": False}),
                ("POST", "/rotate", {}),
                ("DELETE", "", None),
            ):
                answer = await stranger.ask(method, f"/receivers/{name}{path}", body)
                refused(answer, 404, "not-found")
        refused(
            await mine.ask("POST", "/receivers", NEW | {"enterprise": theirs}), 404, "not-found"
        )
        changed = await mine.tell("PATCH", f"/receivers/{own['id']}", {"grades": [2, 1, 2]})
        assert changed["grades"] == [1, 2]
        for made in (parks, for_us, own):
            await desk.admin.tell("DELETE", f"/receivers/{made['id']}", status=204)


@pytest.mark.parametrize(
    "url",
    ["http://duty.example.com/", "https://10.1.2.3/", "https://127.0.0.1/", "https://[::1]/",
     "https://169.254.169.254/", "ftp://duty.example.com/", "https://a:b@duty.example.com/",
     "https:///x", "nowhere-at-all"],
)  # fmt: skip
async def test_an_enterprise_sends_us_to_no_door_inside(engines: Engines, url: str) -> None:
    """Also where the park named that network for itself."""
    async with desk_over(engines, outgoing_networks="10.0.0.0/8,127.0.0.0/8") as desk:
        _, mine = await of_an_enterprise(desk)
        refused(await mine.ask("POST", "/receivers", NEW | {"url": url}), 422, "invalid", "url")


async def test_the_park_may_name_networks_for_its_own(engines: Engines) -> None:
    inside = NEW | {"url": "http://10.1.2.3:8080/alarms"}
    async with desk_over(engines) as desk:
        answer = await desk.admin.ask("POST", "/receivers", inside)
        refused(answer, 422, "invalid", "PARKWATCH_OUTGOING_NETWORKS")
    async with desk_over(engines, outgoing_networks="10.0.0.0/8") as desk:
        made = await desk.admin.tell("POST", "/receivers", inside, 201)
        await desk.admin.tell("DELETE", f"/receivers/{made['id']}", status=204)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"grades": []}, "grades"),
        ({"grades": [5]}, "grades"),
        ({"language": "de"}, "language"),
        ({"exercises": 1}, "exercises"),
        ({"enterprise": "nowhere"}, "enterprise"),
        ({"name": " x"}, "name"),
        ({"more": 1}, "more"),
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_by_name(engines: Engines, body: Json, word: str) -> None:
    async with desk_over(engines) as desk:
        refused(await desk.admin.ask("POST", "/receivers", NEW | body), 422, "invalid", word)


@pytest.mark.parametrize("role", ["operator", "supervisor", "inspector", "regulator"])
async def test_nobody_else_sees_where_alarms_go(engines: Engines, role: str) -> None:
    async with desk_over(engines) as desk:
        person = await desk.person(role)
        await person.sign_in()
        for method, path in (("GET", "/receivers"), ("GET", "/notices"), ("POST", "/receivers")):
            refused(await person.ask(method, path, NEW), 403, "forbidden")


async def test_there_are_so_many_and_no_more(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        _, mine = await of_an_enterprise(desk)
        for _ in range(MOST):
            await mine.tell("POST", "/receivers", NEW, 201)
        refused(await mine.ask("POST", "/receivers", NEW), 409, "conflict", str(MOST))
        assert len((await mine.get("/receivers?limit=7"))["items"]) == 7


async def test_without_a_key_nobody_is_registered(engines: Engines) -> None:
    async with desk_over(engines, notice_key=None) as desk:
        answer = await desk.admin.ask("POST", "/receivers", NEW)
        refused(answer, 409, "not-possible", "PARKWATCH_NOTICE_KEY")


async def test_what_was_told_is_listed_page_by_page(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        ours, mine = await of_an_enterprise(desk)
        _, other = await of_an_enterprise(desk)
        name = (await mine.tell("POST", "/receivers", NEW, 201))["id"]
        with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO notice (enterprise, receiver, about, seq, alarm_id, event, grade,"
                " exercise, at, state, attempts, status, fault) SELECT %s, %s, %s, number,"
                " 'alarm-1', 'raised', 2, false, now(), 'given_up', 3, 422,"
                " 'It answered with status 422.' FROM generate_series(1, 5) AS number",
                (ours, name, ours),
            )
        found = []
        path = f"/notices?limit=2&receiver={name}&state=given_up"
        cursor = ""
        while True:
            page = await mine.get(path + cursor)
            found += page["items"]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert [each["delivery"] for each in found] == [
            f"{name}.{ours}.{n}" for n in (5, 4, 3, 2, 1)
        ]
        assert (found[0]["status"], found[0]["tries"], found[0]["owner"]) == (422, 3, ours)
        assert (await other.get("/notices"))["items"] == []
        assert (await mine.get(f"/notices?receiver={name}&state=sent"))["items"] == []
        assert (await desk.admin.get(f"/notices?receiver={name}"))["items"] == found[:100]
        await mine.tell("DELETE", f"/receivers/{name}", status=204)


async def test_how_notices_do_is_seen_by_whoever_watches_the_park(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        ours, mine = await of_an_enterprise(desk)
        made = await mine.tell("POST", "/receivers", NEW, 201)
        with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO notice (enterprise, receiver, about, seq, alarm_id, event, grade,"
                " exercise, at, queued_at) VALUES (%s, %s, %s, 1, %s, 'raised', 2, false, now(),"
                " now() - interval '5 minutes')",
                (ours, made["id"], ours, secrets.token_hex(4)),
            )
        await desk.here.notice_watch.look()
        assert desk.here.notice_watch.totals.waiting >= 1
        assert not desk.here.notice_watch.is_well
        assert "parkwatch notify" in desk.here.notice_watch.told
        await mine.tell("DELETE", f"/receivers/{made['id']}", status=204)
        await desk.here.notice_watch.look()
        assert desk.here.notice_watch.is_well


async def test_the_api_of_an_embedded_stack_sends_by_itself_and_knocks_at_no_door_inside(
    api: Api, engines: Engines
) -> None:
    """Also where an address became another one after it was registered."""
    outlet, code = Outlet(engines), api.enterprise()
    name = api.admin.tell("/receivers", NEW | {"enterprise": code}, status=201)["id"]
    outlet.change("UPDATE notice_receiver SET url = 'http://127.0.0.1:1/' WHERE id = %s", name)
    await outlet.record(raised(1), enterprise=code)

    def tried() -> list[Json]:
        found: list[Json] = api.admin.items("/notices", receiver=name, state="failed")
        return found

    await until(lambda: tried() != [], "the api has tried to send it")
    (notice,) = tried()
    assert notice["fault"] == NOT_ALLOWED
    assert notice["status"] is None
    assert api.admin.ask(f"/receivers/{name}")["failures"] >= 1
    assert api.ready()["dependencies"]["notify"]["ok"] is True
    api.admin.remove(f"/receivers/{name}")


def test_a_receiver_of_an_enterprise_does_not_tell_which_names_the_park_knows() -> None:
    def resolve(host: str, _: int) -> list[str]:
        if host == "nowhere.park":
            raise NotFound(f"{host} cannot be looked up")
        return ["10.0.0.7"] if host == "inside.park" else []

    seal = Seal("n" * 40)
    courier = Courier(Outgoing((), resolve), Outgoing((), resolve), seal)
    body = link(ChainHead(), raised(1, "E-1")).body
    notice = Notice("E-1", 1, 1, body, "level", "%", None, None, None)
    faults = []
    for host in ("inside.park", "nowhere.park", "empty.park"):
        secret = seal.close(secret_name("E-1", "r1"), b"k" * 32)
        to = Receiver("E-1", "r1", f"https://{host}/x", secret, "zh", False, 0)
        faults.append(courier.deliver(to, notice, 0).fault)
    assert faults == [NOT_ALLOWED] * 3
