"""Which role somebody of an OpenID provider has here: the operator's mapping of a claim's values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.api.permission import Role


@dataclass(frozen=True, slots=True)
class Grant:
    """A value of the claim, and the role it gives; `enterprise` exactly for role `enterprise`."""

    value: str
    role: Role
    enterprise: str | None


def parse_grants(text: str) -> tuple[Grant, ...]:
    """`value=role` or `value=enterprise:CODE`, by commas, the first that fits counts. Raises ValueError
    with a sentence."""
    found = [_grant(part.strip()) for part in text.split(",") if part.strip()]
    if not found:
        raise ValueError("it grants nothing; write for example pw-admins=admin,shift=operator.")
    return tuple(found)


def _grant(text: str) -> Grant:
    value, _, given = text.rpartition("=")
    name, _, enterprise = given.partition(":")
    try:
        role = Role(name)
    except ValueError:
        raise ValueError(f"{text!r} names no role; write for example shift=operator.") from None
    if not value or (role is Role.ENTERPRISE) != bool(enterprise):
        raise ValueError(f"{text!r} is not whole; write for example plant-7=enterprise:E007.")
    return Grant(value, role, enterprise or None)


def grant_for(claims: Mapping[str, Any], claim: str, grants: tuple[Grant, ...]) -> Grant | None:
    """The first grant that fits; None: nobody here. `claim`: dots go inside (`realm_access.roles`)."""
    values = _values(claims, claim)
    return next((grant for grant in grants if grant.value in values), None)


def _values(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    found: object = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    told = found if isinstance(found, list) else [found]
    return frozenset(each for each in told if isinstance(each, str))
