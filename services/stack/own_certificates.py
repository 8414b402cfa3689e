"""Certificates of our own services, for a broker that lets nobody in without one."""

from collections.abc import Collection
from pathlib import Path

from services.stack.secrets import Secrets

AUTHORITY = "services-ca.crt"


def name_of(user: str) -> str:
    """The secret that holds this user's certificate and key."""
    return f"{user}.pem"


def own_certificates(secrets: Secrets, users: Collection[str]) -> Path:
    """The certificate of the authority; it and all users' are made where one is missing."""
    wanted = [AUTHORITY, *map(name_of, users)]
    if not all(secrets.has(each) for each in wanted):
        # Only an installation that asks for certificates needs what makes them.
        from services.stack.own_authority import certificates_of

        for name, content in certificates_of(users).items():
            secrets.renew(name, content)
    return secrets.path(AUTHORITY)
