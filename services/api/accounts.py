"""Who may act, as last known: signed-in people stay so while the database is away."""

import secrets

import structlog

from services.api.database import Database
from services.api.password import Passwords
from services.api.permission import Role
from services.api.principal import Principal
from services.api.token import BadToken, Mint
from services.store import people
from services.store.people import Account

_log = structlog.get_logger()


class Accounts:
    """The users, refreshed from the database every second while it is there."""

    def __init__(self, database: Database, mint: Mint, passwords: Passwords) -> None:
        self._database = database
        self._mint = mint
        self._passwords = passwords
        self._known: dict[str, Account] | None = None

    async def refresh(self) -> None:
        """Read all users anew. Raises DatabaseAway."""
        async with self._database.transaction() as connection:
            found = await people.accounts(connection)
        self._known = {account.username: account for account in found}

    def authenticate(self, token: str) -> Principal:
        """Who holds this token; raises BadToken when they may not act any more.

        Before the first look at the database the token alone is believed.
        """
        principal = self._mint.read(token)
        if not self.stands(principal):
            raise BadToken
        return principal

    def stands(self, principal: Principal) -> bool:
        """Whether this is still that person, with those rights."""
        if self._known is None:
            return True
        account = self._known.get(principal.username)
        return account is not None and principal_of(account) == principal

    async def sign_in(self, username: str, password: str) -> str | None:
        """A token; None when name or password is wrong (and it takes as long either way)."""
        async with self._database.transaction() as connection:
            found = await people.sign_in(connection, username)
        stored = None if found is None else found.password_hash
        if not await self._passwords.matches(stored, password) or found is None:
            return None
        await self.refresh()
        return self._mint.issue(
            Principal(found.username, Role(found.role), found.enterprise, found.token_version)
        )

    async def make_first_admin(self, password: str | None) -> None:
        """Make `admin` where there is nobody yet. Raises DatabaseAway."""
        async with self._database.transaction() as connection:
            if not await people.is_empty(connection):
                return
        if password is None:
            _log.warning("there is no user yet: set PARKWATCH_ADMIN_PASSWORD and start again")
            return
        hashed = await self._passwords.hash(password)
        async with self._database.transaction() as connection:
            if await people.insert_first_admin(connection, hashed, new_token_version()):
                _log.info("the first user was made", username="admin")


def principal_of(account: Account) -> Principal:
    return Principal(
        account.username, Role(account.role), account.enterprise, account.token_version
    )


def new_token_version() -> int:
    """Random, so that a name that is given again does not revive old tokens."""
    return secrets.randbelow(2**30) + 1
