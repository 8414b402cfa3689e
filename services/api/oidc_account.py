"""The account of somebody whom an OpenID provider proved: made at the first sign-in, and given the role
that the provider's claim has at each.

Their names begin with `oidc:`, which no name given here can: nobody at the provider can be made to look
like somebody of ours. They have no password. Which account is whose goes by the provider's subject.
"""

import re
from dataclasses import replace
from enum import StrEnum
from hashlib import sha256

from services.api.accounts import Caller, new_token_version
from services.api.eviction import evict
from services.api.oidc import Proved
from services.api.oidc_role import Grant
from services.api.permission import Role
from services.api.window import Window
from services.domain.audit import Deed
from services.domain.password_mark import NO_PASSWORD
from services.runtime.clock import to_datetime
from services.store import oidc_identity, people, sign_in_session
from services.store.people import Connection, SignIn
from services.store.tenant import EVERY

PREFIX = "oidc:"
_FIT = re.compile(r"[A-Za-z0-9._@-]{1,50}")


class NotAdmitted(StrEnum):
    """Why somebody who was proved has nothing to do here."""

    NO_ROLE = "Your account has no role here: ask whoever runs the sign-in provider for one."
    NO_ENTERPRISE = "The enterprise of your account is not registered here: have that done first."
    NO_SECOND_FACTOR = (
        "Your role must sign in with a second factor, and the sign-in provider did not say that "
        "one was asked for: set one up there and sign in again."
    )


async def admit(here: Window, proved: Proved, caller: Caller) -> SignIn | NotAdmitted:
    """The account, as it is from now on; one that may not come in is signed out everywhere. What
    changes of it is in the audit. Raises DatabaseAway."""
    refused = _refusal(here, proved)
    now = to_datetime(here.clock.now_ms())
    changed = noted = False
    async with here.database.transaction(tenant=EVERY) as connection:
        number = await sign_in_session.next_version(connection)
        found = await oidc_identity.find(connection, proved.issuer, proved.subject)
        if found is not None and (refused or _differs(found, proved.grant)):
            changed = True
            ended = await sign_in_session.end_others(
                connection, found.username, None, PREFIX, now, number
            )
            noted = ended > 0
        if refused is None and proved.grant is not None:
            noted = found is None or _differs(found, proved.grant)
            found = await _as_granted(connection, here, proved, proved.grant, found)
        if noted and found is not None:
            await here.trail.note(connection, _deed(found, caller, 403 if refused else 200))
    if changed:
        await evict(here)
    if refused is not None:
        return refused
    assert found is not None
    # The provider asked for the second factor, where one was; ours is for those who have a password.
    return replace(found, second_factor=proved.strong)


def _deed(found: SignIn, caller: Caller, outcome: int) -> Deed:
    """Of the account, as it is after the change."""
    return Deed(
        found.username,
        found.role,
        found.enterprise,
        caller.address,
        caller.request_id,
        caller.what,
        {"username": found.username},
        found.enterprise,
        outcome,
    )


def _refusal(here: Window, proved: Proved) -> NotAdmitted | None:
    grant = proved.grant
    if grant is None:
        return NotAdmitted.NO_ROLE
    if grant.enterprise is not None and grant.enterprise not in here.register.enterprises:
        return NotAdmitted.NO_ENTERPRISE
    if here.accounts.must_have_second_factor(grant.role) and not proved.strong:
        return NotAdmitted.NO_SECOND_FACTOR
    return None


def _differs(found: SignIn, grant: Grant | None) -> bool:
    return grant is None or (found.role, found.enterprise) != (grant.role, grant.enterprise)


async def _as_granted(
    connection: Connection, here: Window, proved: Proved, grant: Grant, found: SignIn | None
) -> SignIn:
    if found is None:
        return await _made(connection, here, proved, grant)
    if not _differs(found, grant):
        return found
    duties = found.duties if grant.role is Role.ENTERPRISE else []
    await people.update(connection, found.username, grant.role, grant.enterprise, duties, None)
    known = await people.sign_in(connection, found.username)
    assert known is not None, "its identity is locked by this transaction"
    return known


async def _made(connection: Connection, here: Window, proved: Proved, grant: Grant) -> SignIn:
    at = to_datetime(here.clock.now_ms())
    for name in _names(proved):
        made = SignIn(name, grant.role, grant.enterprise, new_token_version(), NO_PASSWORD, [])
        if await people.insert(connection, made) is not None:
            await oidc_identity.insert(connection, proved.issuer, proved.subject, name, at)
            return made
    raise AssertionError("a digest of the subject is somebody else's name")


def _names(proved: Proved) -> list[str]:
    """As the provider calls them, where that is free; else with something of their subject."""
    mark = sha256(f"{proved.issuer} {proved.subject}".encode()).hexdigest()
    name = proved.name
    if name is None or not _FIT.fullmatch(name):
        return [f"{PREFIX}{mark[:32]}"]
    return [f"{PREFIX}{name}", f"{PREFIX}{name}-{mark[:8]}", f"{PREFIX}{mark[:32]}"]
