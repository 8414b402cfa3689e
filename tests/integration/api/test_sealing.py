"""The journal is sealed once a day into a folder elsewhere, and the seals hold it to its word."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.api.database import Database
from services.api.keyring import Keyring
from services.api.sealing import SEALS, Sealing
from services.domain.signing_key import parse_keys, relieved
from services.domain.signing_key import written as written_keys
from services.runtime.clock import ManualClock
from services.stack.journal_file import verify_file
from services.wire.seal import read_seals
from tests.integration.api.conftest import Api, running_api
from tests.integration.api.test_journal_export import export, written
from tests.integration.api.test_register import refused
from tests.living.engines_alone import Engines, engines_alone
from tests.living.outcome import eventually

DAY_MS = 86_400_000
MORNING = 1_767_254_400_000  # 2026-01-01T08:00:00Z


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    """Of its own: a seal is over the whole park, and other proofs leave rows that nobody chained."""
    with engines_alone() as running:
        yield running


@pytest.fixture(scope="module")
def served(engines: Engines) -> Iterator[str]:
    """An api over them."""
    with running_api(engines) as (url, _):
        yield url


@pytest.fixture
async def database(api: Api) -> AsyncIterator[Database]:
    opened = Database(api.engines.services["api"]["PARKWATCH_DATABASE_URL"], ManualClock())
    assert await opened.probe()
    yield opened
    opened.close()


async def test_each_day_seals_what_came_and_an_export_is_held_to_all_of_them(
    api: Api, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, clock, folder = api.enterprise(), ManualClock(MORNING), tmp_path / "elsewhere"
    secret = api.engines.services["api"]["PARKWATCH_JOURNAL_KEY"]
    sealing = Sealing(database, clock, folder, secret)
    written(api, code, 7)
    await sealing.look()
    await sealing.look()  # the same day: nothing more
    clock.advance(DAY_MS / 1000)
    await Sealing(database, clock, folder, secret).look()  # another process goes on
    seals = read_seals((folder / SEALS).read_text().splitlines(), sealing.key)
    assert seals.faults == ()
    assert [(seal.number, seal.at[:10]) for seal in seals.seals] == [
        (1, "2026-01-01"), (2, "2026-01-02")]  # fmt: skip
    assert seals.seals[0].heads[code].seq == 7
    copies = sorted(folder.glob("*-2026-*.jsonl"))
    assert [verify_file(copy) for copy in copies] == [0, 0]
    whole = tmp_path / "journal.jsonl"
    whole.write_text("".join(export(api.admin, enterprise=code)))
    assert verify_file(whole, folder / SEALS, sealing.key) == 0
    assert "2 seals signed by" in capsys.readouterr().out


async def test_s46_another_key_follows_by_a_seal_of_the_one_before_it_without_a_restart(
    api: Api, database: Database, tmp_path: Path
) -> None:
    code, clock, folder = api.enterprise(), ManualClock(MORNING), tmp_path / "elsewhere"
    file = tmp_path / "journal_key"
    file.write_text("o" * 40)
    sealing = Sealing(database, clock, folder, Keyring("", file))
    written(api, code, 3)
    await sealing.look()
    first = sealing.key
    file.write_text(written_keys(relieved(parse_keys(file.read_text()), "n" * 40, clock.now_ms())))
    await sealing.look()
    await sealing.look()  # of the same day: nothing more
    second = sealing.key
    seals = read_seals((folder / SEALS).read_text().splitlines())
    assert seals.faults == ()
    assert [(seal.key, seal.next_key) for seal in seals.seals] == [
        (first, None), (first, second), (second, None)]  # fmt: skip
    whole = tmp_path / "journal.jsonl"
    whole.write_text("".join(export(api.admin, enterprise=code)))
    assert verify_file(whole, folder / SEALS, second) == 1, "signed by the api's own key"
    # Keys that changed while no api ran, and once more than that: the next one makes up for it.
    keys = parse_keys(file.read_text())
    for secret in ("p" * 40, "q" * 40):
        keys = relieved(keys, secret, clock.now_ms())
    file.write_text(written_keys(keys))
    await Sealing(database, clock, folder, Keyring("", file)).look()
    seals = read_seals((folder / SEALS).read_text().splitlines(), first)
    assert (seals.faults, len(seals.seals)) == ((), 5)


async def test_a_folder_that_cannot_be_written_is_said_and_made_up_for(
    api: Api, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "elsewhere"
    blocked.write_text("a file stands in its place")
    sealing = Sealing(database, ManualClock(MORNING), blocked, "s" * 32)
    await sealing.look()
    await sealing.look()
    blocked.unlink()
    await sealing.look()
    assert len((blocked / SEALS).read_text().splitlines()) == 1


def test_the_seals_are_for_those_who_see_the_park(api: Api) -> None:
    enterprise = api.person("enterprise", api.enterprise())
    refused(enterprise.http.get("/journal/seals"), 403, "forbidden", "supervisor")
    regulator = api.person("regulator")
    eventually(lambda: regulator.http.get("/journal/seals").text, 30.0, "the first seal")
    assert read_seals(regulator.http.get("/journal/seals").text.splitlines()).faults == ()
