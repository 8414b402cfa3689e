"""Signing at somebody else's console: by name and password, without a session of one's own.

A password is enough: whoever signs so stands in the control room beside somebody who is signed in,
and gets nothing by it but the signature. Tries are counted as those of signing in are.
"""

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from services.api.asking import too_many
from services.api.database import DatabaseAway
from services.api.deed import address_of, deed_by, what_of
from services.api.permission import Role
from services.api.principal import Principal
from services.api.problem import Kind, Problem
from services.api.text import KnownUsername
from services.api.window import Window
from services.domain.password_mark import NO_PASSWORD
from services.store import people
from services.store.tenant import EVERY


class Signer(BaseModel):
    """Who signs, where it is not who is signed in."""

    model_config = ConfigDict(extra="forbid")
    username: KnownUsername
    password: Annotated[str, Field(min_length=1, max_length=1000)]


async def proved(request: Request, here: Window, signer: Signer) -> Principal:
    """Who that is. Refuses a wrong name or password, and one try too many. Raises DatabaseAway."""
    name, address = signer.username, address_of(request)
    wait = here.sign_in_gate.turn(address)
    if wait is None:
        wait = await here.sign_in_gate.begin(name, address)
    if wait is not None:
        here.trail.noticed(deed_by(request, name, what_of(request), 429))
        raise too_many(wait)
    try:
        async with here.database.transaction(tenant=EVERY) as connection:
            found = await people.sign_in(connection, name)
    except DatabaseAway:
        here.sign_in_gate.forget_own(name, address)
        raise
    known = found is not None and found.password_hash != NO_PASSWORD
    stored = found.password_hash if found is not None and known else None
    if not await here.passwords.matches(stored, signer.password) or found is None:
        here.trail.later(deed_by(request, name, what_of(request), 422))
        raise Problem(Kind.INVALID, "signer.password: the name or the password is wrong.")
    if found.second_factor:
        # A password alone proves half of them: codes that were tried before go on counting.
        await here.sign_in_gate.take_back(name, address)
    else:
        await here.sign_in_gate.clear(name, address)
    return Principal(found.username, Role(found.role), found.enterprise, found.token_version)
