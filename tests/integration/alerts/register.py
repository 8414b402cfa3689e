"""The register as an alarm engine finds it: enterprises, points and rules."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.living.engines_alone import Engines


class Register:
    """Enterprises, points and rules, written as the api would write them."""

    def __init__(self, engines: Engines) -> None:
        self._url = engines.superuser_url
        self.enterprise = f"e{secrets.token_hex(4)}"
        self._next_id = secrets.randbelow(2**30) + 1000
        with self._book() as (connection, version):
            connection.execute(
                "INSERT INTO enterprise (code, name, book_version) VALUES (%s, 'E', %s)",
                (self.enterprise, version),
            )

    def point(self, tag: str, unit: str = "%LEL", kind: str = "combustible_gas") -> int:
        """Register a point; its number."""
        self._next_id += 1
        with self._book() as (connection, version):
            connection.execute(
                "INSERT INTO point (enterprise, tag, id, kind, unit, book_version)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                (self.enterprise, tag, self._next_id, kind, unit, version),
            )
        return self._next_id

    def derived(self, tag: str, expression: str, **inputs: str) -> int:
        """Register a derived point over the tags of its inputs; its number."""
        formula = {"expression": expression, "inputs": list(inputs.items()), "periods": 3.0}
        self._next_id += 1
        with self._book() as (connection, version):
            connection.execute(
                "INSERT INTO point (enterprise, tag, id, kind, unit, reporting, formula,"
                " book_version) VALUES (%s, %s, %s, 'analog', '1', 'on_change', %s, %s)",
                (self.enterprise, tag, self._next_id, json.dumps(formula), version),
            )
        return self._next_id

    def ruled_point(self, tag: str, condition: str, limit: float) -> int:
        """Register a point with its limit, both in one change of the book; its number."""
        self._next_id += 1
        with self._book() as (connection, version):
            connection.execute(
                "INSERT INTO point (enterprise, tag, id, kind, unit, book_version)"
                " VALUES (%s, %s, %s, 'combustible_gas', '%%LEL', %s)",
                (self.enterprise, tag, self._next_id, version),
            )
            connection.execute(
                'INSERT INTO rule (enterprise, id, version, tag, condition, "limit", grade,'
                " valid_from, created_by, book_version)"
                " VALUES (%s, %s, 1, %s, %s, %s, 1, now(), 'test', %s)",
                (self.enterprise, f"{tag}-{condition}", tag, condition, limit, version),
            )
        return self._next_id

    def rule(
        self,
        tag: str,
        condition: str,
        limit: float,
        grade: int = 1,
        deadband: float = 0,
        on_delay_s: float = 0,
    ) -> str:
        """Post a limit; its id."""
        identity = f"{tag}-{condition}"
        with self._book() as (connection, version):
            connection.execute(
                'INSERT INTO rule (enterprise, id, version, tag, condition, "limit", grade,'
                " deadband, on_delay_s, valid_from, created_by, book_version)"
                " VALUES (%s, %s, 1, %s, %s, %s, %s, %s, %s, now(), 'test', %s)",
                (
                    self.enterprise,
                    identity,
                    tag,
                    condition,
                    limit,
                    grade,
                    deadband,
                    on_delay_s,
                    version,
                ),
            )
        return identity

    def detector(
        self,
        kind: str,
        tag: str,
        on_delay_s: float = 0,
        version: int = 1,
        group: str | None = None,
        **parameters: object,
    ) -> str:
        """Post a rule that is more than a limit, or its next version; its id."""
        identity = f"{tag}-{kind}"
        with self._book() as (connection, book):
            connection.execute(
                "UPDATE detector_rule SET valid_to = now(), book_version = %s"
                " WHERE (enterprise, id) = (%s, %s) AND valid_to IS NULL",
                (book, self.enterprise, identity),
            )
            connection.execute(
                "INSERT INTO detector_rule (enterprise, id, version, kind, parameters, grade,"
                " on_delay_s, valid_from, created_by, group_code, book_version)"
                " VALUES (%s, %s, %s, %s, %s, 2, %s, now(), 'test', %s, %s)",
                (
                    self.enterprise,
                    identity,
                    version,
                    kind,
                    json.dumps(parameters),
                    on_delay_s,
                    group,
                    book,
                ),
            )
            connection.execute(
                "INSERT INTO detector_rule_point (enterprise, rule, version, name, place, tag)"
                " VALUES (%s, %s, %s, 'point', 0, %s)",
                (self.enterprise, identity, version, tag),
            )
        return identity

    def group(self, code: str, *tags: str, kind: str = "gas") -> None:
        """These points, and no others, are in a group."""
        with self._book() as (connection, book):
            connection.execute(
                "INSERT INTO detector_group (enterprise, code, name, kind, changed_by, changed_at,"
                " book_version) VALUES (%s, %s, 'G', %s, 'test', now(), %s)"
                " ON CONFLICT (enterprise, code) DO UPDATE SET book_version = %s",
                (self.enterprise, code, kind, book, book),
            )
            connection.execute(
                "DELETE FROM detector_group_member WHERE (enterprise, group_code) = (%s, %s)",
                (self.enterprise, code),
            )
            connection.cursor().executemany(
                "INSERT INTO detector_group_member VALUES (%s, %s, %s, %s)",
                [(self.enterprise, code, tag, kind == "redundant") for tag in tags],
            )

    def remove_detector(self, identity: str) -> None:
        """End a rule that is more than a limit."""
        with self._book() as (connection, book):
            connection.execute(
                "UPDATE detector_rule SET valid_to = now(), book_version = %s"
                " WHERE (enterprise, id) = (%s, %s) AND valid_to IS NULL",
                (book, self.enterprise, identity),
            )

    def remove_rule(self, identity: str) -> None:
        """End a rule."""
        with self._book() as (connection, version):
            connection.execute(
                "UPDATE rule SET valid_to = now(), book_version = %s"
                " WHERE enterprise = %s AND id = %s",
                (version, self.enterprise, identity),
            )

    @contextmanager
    def _book(self) -> Iterator[tuple["psycopg.Connection[Any]", int]]:
        with psycopg.connect(self._url) as connection:
            row = connection.execute(
                "UPDATE book SET version = version + 1 RETURNING version"
            ).fetchone()
            assert row is not None
            yield connection, row[0]
