"""The journal goes out whole to those who may see it, and to nobody else."""

import json
from pathlib import Path

import psycopg
import pytest

from services.domain.journal import ChainHead, link
from services.domain.journal_export import verify_export
from services.runtime.clock import to_datetime
from services.stack.journal_file import verify_file
from services.wire.seal import Sealer
from tests.integration.api.conftest import Api
from tests.living.park import Door
from tests.unit.alerts.samples import raised

APPEND = """
    INSERT INTO journal (enterprise, seq, alarm_id, at, noted_at, event, body, previous, hash)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def written(api: Api, enterprise: str, count: int) -> None:
    """So many rows on record, as the recorder links them."""
    head = ChainHead()
    with psycopg.connect(api.engines.superuser_url) as connection:
        for number in range(count):
            row = link(head, raised(number, enterprise))
            head = ChainHead(row.seq, row.hash)
            times = (to_datetime(row.at), to_datetime(row.noted_at))
            values = (row.enterprise, row.seq, row.alarm_id, *times, row.event, row.body)
            connection.execute(APPEND, (*values, row.previous, row.hash))


def export(door: Door, **params: str) -> list[str]:
    answer = door.http.get("/journal/export", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/jsonl")
    return answer.text.splitlines(keepends=True)


def enterprises(lines: list[str]) -> set[str]:
    return {json.loads(line)["enterprise"] for line in lines[1:-1]}


def test_a_journal_of_many_pages_is_whole_and_verifies(api: Api, tmp_path: Path) -> None:
    code = api.enterprise()
    written(api, code, 1_203)
    lines = export(api.admin, enterprise=code)
    report = verify_export(lines)
    assert report.sound
    assert (report.rows, report.heads[code].seq) == (1_203, 1_203)
    file = tmp_path / "journal.jsonl"
    file.write_text("".join(lines), encoding="utf-8")
    assert verify_file(file) == 0
    file.write_text("".join(lines[:700]), encoding="utf-8")
    assert verify_file(file) == 1
    file.write_text("something else", encoding="utf-8")
    assert verify_file(file) == 2


def test_an_enterprise_gets_its_own_and_a_regulator_all(api: Api) -> None:
    mine, other, quiet = api.enterprise(), api.enterprise(), api.enterprise()
    written(api, mine, 2)
    written(api, other, 3)
    own = api.person("enterprise", mine)
    assert enterprises(export(own)) == {mine}
    assert json.loads(export(own)[0])["enterprises"] == [mine]
    assert json.loads(export(own)[-1])["heads"].keys() == {mine}
    assert enterprises(export(own, enterprise=mine)) == {mine}
    foreign = own.http.get("/journal/export", params={"enterprise": other})
    nowhere = own.http.get("/journal/export", params={"enterprise": "nowhere"})
    assert foreign.status_code == nowhere.status_code == 404
    assert foreign.json() == nowhere.json()
    whole = export(api.person("regulator"))
    assert {mine, other} <= enterprises(whole)
    assert quiet in json.loads(whole[0])["enterprises"]
    assert verify_export(whole).sound
    (end,) = map(json.loads, export(api.admin, enterprise=quiet)[1:])
    assert (end["type"], end["rows"]) == ("end", 0)
    assert end["heads"] == {quiet: {"seq": 0, "hash": "00" * 32}}


def test_it_is_signed_with_the_key_of_the_seals_for_the_scope_of_who_asked(
    api: Api, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = api.enterprise()
    written(api, code, 5)
    regulator, own = api.person("regulator"), api.person("enterprise", code)
    key = Sealer(api.engines.services["api"]["PARKWATCH_JOURNAL_KEY"]).key
    file = tmp_path / "journal.jsonl"
    for who, scope in [(regulator, "the whole park"), (own, code)]:
        lines = export(who, enterprise=code)
        file.write_text("".join(lines))
        assert verify_file(file, None, key) == 0
        said = capsys.readouterr().out
        assert f"for one who sees {scope}, by" in said
        assert "(the key given)" in said
    file.write_text("".join([*lines[:3], cut_short(lines)]))
    assert verify_file(file, None, key) == 1
    assert "The signature is over another export than this" in capsys.readouterr().out


def cut_short(lines: list[str]) -> str:
    """The last line of an export whose rows after the second are gone."""
    end = json.loads(lines[-1])
    last = json.loads(lines[2])
    head = {"seq": last["seq"], "hash": last["hash"]}
    return json.dumps(end | {"rows": 2, "heads": {last["enterprise"]: head}})


def test_nobody_takes_it_home_without_signing_in(api: Api) -> None:
    stranger = api.admin.http.get("/journal/export", headers={"Authorization": ""})
    assert stranger.status_code == 401
