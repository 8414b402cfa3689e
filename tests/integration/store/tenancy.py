"""What the database's own catalog says about tenants, in the words of the proofs."""

from dataclasses import dataclass
from typing import Any

import psycopg

Database = psycopg.Connection[Any]

NOT_A_TENANTS = {
    "audit": "the park's own chain: read for the park alone, by policies of its own",
    "audit_head": "where that chain ends",
    "book": "one number: how far the register is",
    "broker_log": "how far the broker's log is read",
    "bucket_lease": "which worker of ingest owns which bucket",
    "durable_session": "which sessions the broker granted ingest",
    "engine_lease": "which engine judges",
    "engine_leftover": "the engine's own, of all tenants; the api has no right to it",
    "engine_mark": "the engine's own, by point; the api has no right to it",
    "engine_standby": "which engines stand by",
    "identity_book": "one number: how far sessions and keys are",
    "judge_again": "ingest tells the engine, by point; the api has no right to it",
    "point_state": "the engine's own, by point; the api has no right to it",
    "reading": "a hypertable, by point; the api reads it by functions only",
    "reading_day": "which days of all readings are dropped",
    "recorder": "how far the engine's spool is on record",
    "risk_weights": "the park's setting, which every enterprise is judged by",
    "rollup_base": "ingest's own, by point; the api has no right to it",
    "rollup_hour": "a hypertable, by point; the api reads it by functions only",
    "rollup_minute": "a hypertable, by point; the api reads it by functions only",
    "rollup_note": "ingest's own, by point; the api has no right to it",
    "rollup_window": "how far the roll-ups are",
    "schema_migration": "which migrations were applied",
    "sign_in_try": "names that somebody tries, whether there is such a one or not",
    "shelving_policy": "the park's setting, which holds for every enterprise",
}
"""Tables of no tenant, each with the reason; every other one is kept apart."""

THE_PARKS = {
    "drill": "drills name the enterprises that they are played on the twins of",
    "drill_station": "a simulator tells which gateways it can play",
}
"""Tables that tell of enterprises and are the park's: kept apart from every tenant, whoever it is."""

NOTIFYS = ("journal", "point", "notice", "notice_receiver")
"""Tables of tenants that notify reads for every one of them, as ingest and alerts do."""

BY_POINT = (
    "reading", "rollup_minute", "rollup_hour", "rollup_base", "rollup_note", "point_state",
    "engine_mark", "engine_leftover", "judge_again",
)  # fmt: skip
"""Those of them that hold what is a tenant's, so that the api may not touch them."""

GLOBAL_KEYS = {
    "gateway_username_key": "the broker knows users by name alone; it is enterprise.gateway, and a"
    " code has no dot, so that no two enterprises can want the same",
    "enterprise_national_code": "a code of the national register is one enterprise's in the whole park:"
    " that it is taken has to be said, and whose it is is not (decision 0110)",
    "hazard_source_national_code": "as of an enterprise's",
    "point_id_key": "measurements know a point by its number alone; we draw it by lot",
    "app_user_pkey": "who signs in says a name and no enterprise",
    "second_factor_pkey": "a person's name, as of app_user",
    "recovery_code_pkey": "a person's name, as of app_user",
    "sign_in_session_pkey": "random letters of ours, which a token shows",
    "oidc_identity_pkey": "what a provider calls a person, before it is known who that is here",
    "oidc_identity_username_key": "a person's name, as of app_user",
    "api_key_pkey": "random letters of ours, which a key shows",
}
"""Unique keys of tenants' tables that do not begin with the tenant, each with the reason."""

DEFINERS = {
    "compress_reading_day": "ingest: the day's chunk is the owner's",
    "drop_reading_day": "ingest: the day's chunk is the owner's",
    "drop_rollups": "ingest: the chunks are the owner's",
    "forget_rows": "ingest: deletes from tables that it may not change",
    "has_readings": "api: of a point of its tenant",
    "hours_stepped": "api: of a point of its tenant",
    "minutes_stepped": "api: of a point of its tenant",
    "numbers_in_use": "api: whether numbers are taken, and by nobody's name",
    "readings_counted": "api: of a point of its tenant",
    "readings_every": "api: of points of its tenant",
    "readings_judged": "api: of points of its tenant",
    "readings_raw": "api: of a point of its tenant",
    "readings_stepped": "api: of a point of its tenant",
}
"""Functions that have their owner's rights, and why; `api`: the api may call them."""

_TABLES = """
SELECT its.relname, its.relrowsecurity AND its.relforcerowsecurity,
       EXISTS (SELECT FROM pg_attribute WHERE attrelid = its.oid AND attname = 'enterprise'
               AND NOT attisdropped)
FROM pg_class AS its
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1
"""
_POLICIES = """
SELECT polrelid::regclass::text, polname, polpermissive AND polcmd = '*' AND polwithcheck IS NULL,
       ARRAY(SELECT coalesce(rolname, 'public') FROM unnest(polroles) AS role
             LEFT JOIN pg_roles ON pg_roles.oid = role ORDER BY 1),
       pg_get_expr(polqual, polrelid)
FROM pg_policy
"""
_NAMED = "( SELECT current_setting('parkwatch.tenant'::text, true) AS current_setting)"
_PARK = "( SELECT (current_setting('parkwatch.tenant'::text, true) = '*'::text))"
_PERSONS = "(EXISTS ( SELECT\n   FROM app_user\n  WHERE (app_user.username = {table}.username)))"


@dataclass(frozen=True, slots=True)
class Policy:
    """`plain`: permissive, for every statement, and checked as it is asked."""

    table: str
    name: str
    plain: bool
    roles: list[str]
    condition: str

    @property
    def is_notifys(self) -> bool:
        """Whether it lets notify have every tenant's rows of a table that it works with."""
        return self.table in NOTIFYS and (self.roles, self.condition) == (["pw_notify"], "true")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ours."""

    name: str
    forced: bool
    bears_enterprise: bool
    policies: list[Policy]

    @property
    def is_apart(self) -> bool:
        """Whether the api sees in it what is its tenant's, and nothing without one."""
        mine = [
            each for each in self.policies if {"public", "pw_api", "pw_reader"} & set(each.roles)
        ]
        others = [each for each in self.policies if each not in mine and not each.is_notifys]
        return (
            self.forced
            and [(each.plain, each.roles) for each in mine] == [(True, ["pw_api", "pw_reader"])]
            and mine[0].condition in self._conditions()
            and [each.roles for each in others] == [["pw_alerts", "pw_ingest", "pw_owner"]]
            and others[0].condition == "true"
        )

    def _conditions(self) -> list[str]:
        if self.name in THE_PARKS:
            return [f"({_PARK} OR false)"]
        whose = [f"(enterprise = {_NAMED})"]
        if not self.bears_enterprise:
            whose = [f"(code = {_NAMED})", _PERSONS.format(table=self.name)]
        return [f"({_PARK} OR {each})" for each in whose]


def tables(database: Database) -> list[Table]:
    """Every table of ours."""
    policies = [Policy(*row) for row in database.execute(_POLICIES.encode()).fetchall()]
    return [
        Table(name, forced, bears, [each for each in policies if each.table == name])
        for name, forced, bears in database.execute(_TABLES.encode()).fetchall()
    ]


def tenants_tables(database: Database) -> list[str]:
    """Those that are kept apart, each tenant's rows for itself."""
    ours = NOT_A_TENANTS.keys() | THE_PARKS.keys()
    return [each.name for each in tables(database) if each.name not in ours]


def forgotten(database: Database) -> list[str]:
    """Tables that nobody decided about, or that are not kept apart as they have to be."""
    found = tables(database)
    known = {each.name for each in found}
    wrong = [
        each.name
        for each in found
        if (each.bears_enterprise and each.name in NOT_A_TENANTS)
        or (each.name not in NOT_A_TENANTS and not each.is_apart)
    ]
    return sorted({*wrong, *(NOT_A_TENANTS.keys() - known), *(THE_PARKS.keys() - known)})
