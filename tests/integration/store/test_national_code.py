"""Codes of the national register in the database: unique from the upgrade on, whatever stood before."""

import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from services.store.migrate import available
from services.store.national_code import NationalCodeTaken, one_holder
from tests.living.engines_alone import Engines

Database = psycopg.Connection[Any]
(UPGRADE,) = (each.sql for each in available() if each.number == 50)


@pytest.fixture
def before(engines: Engines) -> Iterator[Database]:
    """A database as it was before the upgrade; whatever is changed is undone."""
    with psycopg.connect(engines.superuser_url) as connection:
        connection.execute("SET LOCAL lock_timeout = '5s'")
        connection.execute("DROP INDEX enterprise_national_code, hazard_source_national_code")
        yield connection
        connection.rollback()


def enterprise(database: Database, national: str | None, code: str | None = None) -> str:
    named = code or f"E-{secrets.token_hex(4)}"
    file = {} if national is None else {"national_code": national}
    with database.transaction(), one_holder():
        database.execute(
            "INSERT INTO enterprise (code, name, file, book_version) VALUES (%s, '企业', %s, 0)",
            (named, Jsonb(file)),
        )
    return named


def source(database: Database, enterprise: str, national: str, version: int = 1) -> None:
    with database.transaction(), one_holder():
        database.execute(
            "UPDATE hazard_source SET valid_to = now() WHERE enterprise = %s AND valid_to IS NULL",
            (enterprise,),
        )
        database.execute(
            "INSERT INTO hazard_source (enterprise, code, version, name, unit_type, exposed_people,"
            " substances, working, s, r, level, particulars, created_at, valid_from, changed_by,"
            " book_version) VALUES (%s, 'HS-1', %s, '源', 'storage', 0, '[]', '{}', 0.5, 0.5, NULL,"
            " %s, now(), now(), 'li', 0)",
            (enterprise, version, Jsonb({"national_code": national})),
        )


def test_what_was_given_twice_before_stands_and_a_third_is_refused(before: Database) -> None:
    eleven = f"{secrets.randbelow(10**11):011}"
    first, second = (enterprise(before, eleven) for _ in range(2))
    for each in (first, second):
        source(before, each, f"{eleven}001")
    before.execute(UPGRADE)
    for code, national in ((None, eleven), (eleven, None)):
        with pytest.raises(NationalCodeTaken):
            enterprise(before, national, code)
    third = enterprise(before, None)
    with pytest.raises(NationalCodeTaken):
        source(before, third, f"{eleven}001")
    standing = before.execute(
        "SELECT file ->> 'national_code' FROM enterprise WHERE code = ANY(%s)", ([first, second],)
    ).fetchall()
    assert standing == [(eleven,)] * 2


def test_a_new_version_of_a_source_keeps_its_code_and_an_old_one_holds_none(
    before: Database,
) -> None:
    before.execute(UPGRADE)
    one, other = enterprise(before, None), enterprise(before, None)
    fourteen = f"{secrets.randbelow(10**14):014}"
    source(before, one, fourteen)
    source(before, one, fourteen, 2)
    with pytest.raises(NationalCodeTaken):
        source(before, other, fourteen)
    source(before, one, f"{secrets.randbelow(10**14):014}", 3)
    source(before, other, fourteen)


def test_another_key_that_is_taken_is_another_matter(before: Database) -> None:
    before.execute(UPGRADE)
    code = enterprise(before, None)
    with pytest.raises(psycopg.errors.UniqueViolation):
        enterprise(before, None, code)
