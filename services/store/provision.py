"""Roles, passwords and the database of an embedded installation, made by the superuser.

Elsewhere an administrator does the same by hand, once.
"""

from collections.abc import Callable, Mapping

import psycopg

from services.store.queries import Queries

OWNER = "pw_owner"
ROLES = (OWNER, "pw_ingest", "pw_alerts", "pw_api", "pw_notify")


def provision(url_of: Callable[[str], str], database: str, passwords: Mapping[str, str]) -> None:
    """Give each role its login and password, and make the database with its extension.

    `url_of`: the superuser's address of a database. Safe to repeat. Raises psycopg.Error.
    """
    queries = Queries.load("provision")
    with psycopg.connect(url_of("postgres"), autocommit=True, connect_timeout=10) as connection:
        for role, password in passwords.items():
            values = {"role": role, "password": password, "database": database, "owner": OWNER}
            missing = connection.execute(queries["missing_statements"], values).fetchall()
            for (statement,) in missing:
                connection.execute(statement)
    with psycopg.connect(url_of(database), autocommit=True, connect_timeout=10) as connection:
        connection.execute(queries["extend"])
