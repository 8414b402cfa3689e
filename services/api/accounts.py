"""Who may act, as last known: signed-in people stay so while the database is away."""

import secrets
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from services.api.database import Database
from services.api.password import Passwords
from services.api.permission import Permission, Role
from services.api.principal import Principal
from services.api.second_factor import SecondFactors
from services.api.session_book import SessionBook
from services.api.token import BadToken, Mint
from services.api.trail import Trail
from services.domain.api_key import KeyScope
from services.domain.audit import Deed
from services.domain.password_mark import NO_PASSWORD
from services.domain.session_life import ENROLLING_MS, Right
from services.runtime.clock import Clock, to_datetime
from services.store import people, sign_in_session
from services.store.people import Account, SignIn
from services.store.sign_in_session import SessionRow
from services.store.tenant import EVERY

_MAX_PROGRAM = 200
_log = structlog.get_logger()


class Refusal(StrEnum):
    """Why nobody was signed in."""

    WRONG = "wrong"
    """The name, the password or the code; nobody is told which."""
    CODE_WANTED = "code_wanted"
    """The password is right, and a code belongs to it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Where somebody signs in from: address, what the client calls itself, and by which request."""

    address: str
    program: str
    request_id: str
    what: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`must_enrol`: the token does nothing but setting up a second factor."""

    token: str
    expires_in: int
    must_enrol: bool


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session may act, seconds, and how many one person may have."""

    absolute_s: int
    most: int


class Accounts:
    """The users, their sessions and keys, refreshed from the database while it is there."""

    def __init__(
        self,
        database: Database,
        mint: Mint,
        passwords: Passwords,
        factors: SecondFactors,
        book: SessionBook,
        rules: SessionRules,
        clock: Clock,
        trail: Trail,
    ) -> None:
        self._trail = trail
        self._database = database
        self._mint = mint
        self._passwords = passwords
        self._factors = factors
        self._book = book
        self._rules = rules
        self._clock = clock
        self._known: dict[str, Account] | None = None

    async def refresh(self) -> None:
        """Read all users anew, and what changed of sessions and keys. Raises DatabaseAway."""
        async with self._database.transaction(tenant=EVERY) as connection:
            found = await people.accounts(connection)
            await self._book.follow(connection)
        self._known = {account.username: account for account in found}

    def authenticate(self, token: str) -> Principal:
        """Who holds this token or key, and what they may still do; raises BadToken when nothing.

        Before the first look at the database the token alone is believed.
        """
        key = self._book.key(token)
        if key is not None:
            scopes = frozenset(KeyScope(scope) for scope in key.scopes)
            return Principal(f"key:{key.prefix}", Role(key.role), key.enterprise, 0, scopes=scopes)
        claimed = self._mint.identify(token)
        principal = claimed.principal
        if principal.session is None:
            right = None if claimed.over else Right.FULL
        else:
            enrolling = principal.right is Right.ENROL
            right = self._book.right(principal.session, claimed.issued_at, enrolling)
            if claimed.over and right is not Right.SHOW:
                right = None
        if right is None or not self.stands(principal):
            raise BadToken
        return replace(principal, right=right)

    def stands(self, principal: Principal) -> bool:
        """Whether this is still that person, with those rights, and nobody signed them out. That the
        session ran out is no reason to cut its console."""
        if principal.scopes is not None:
            return self._book.key_stands(principal.username.removeprefix("key:"))
        if principal.session is not None and self._book.is_ended(principal.session):
            return False
        if self._known is None:
            return True
        account = self._known.get(principal.username)
        return account is not None and _same(principal_of(account), principal)

    def right_of(self, session: str) -> Right | None:
        """What a session on record may still do; None: nothing any more."""
        return self._book.right(session, 0, False)

    def has_second_factor(self, username: str) -> bool:
        """Whether a code is asked for when they sign in."""
        account = None if self._known is None else self._known.get(username)
        return account is not None and account.second_factor

    def duties_of(self, username: str) -> list[str]:
        """What somebody of an enterprise is there for."""
        account = None if self._known is None else self._known.get(username)
        return [] if account is None else account.duties

    def must_have_second_factor(self, role: Role) -> bool:
        """Whether the settings ask it of this role."""
        return role in self._factors.required

    def note_use(self, principal: Principal, permission: Permission) -> None:
        """They were let through."""
        if principal.session is not None and principal.right is not Right.SHOW:
            acting = permission not in (Permission.OWN, Permission.SEE)
            self._book.note_use(principal.session, acting)

    def note_shown(self, sessions: set[str]) -> None:
        """The consoles of these sessions are connected."""
        self._book.note_shown(sessions)

    async def record_uses(self, shown: set[str]) -> None:
        """Put on record which sessions were used, and whose consoles are connected. Raises
        DatabaseAway."""
        self.note_shown(shown)
        news = self._book.take_news()
        if not news:
            return
        done = False
        try:
            async with self._database.transaction(tenant=EVERY) as connection:
                number = await sign_in_session.next_version(connection)
                await sign_in_session.note_use(connection, news, number)
            done = True
        finally:
            if not done:
                self._book.put_back(news)

    async def sign_in(
        self, username: str, password: str, code: str | None, caller: Caller
    ) -> SignedIn | Refusal:
        """A token, or why not; a wrong name takes as long as a wrong password. Raises DatabaseAway."""
        async with self._database.transaction(tenant=EVERY) as connection:
            found = await people.sign_in(connection, username)
        known = found is not None and found.password_hash != NO_PASSWORD
        stored = found.password_hash if found is not None and known else None
        if not await self._passwords.matches(stored, password) or found is None:
            return Refusal.WRONG
        if found.second_factor:
            if code is None:
                return Refusal.CODE_WANTED
            async with self._database.transaction(tenant=EVERY) as connection:
                passed = await self._factors.passes(connection, username, code)
            if not passed:
                return Refusal.WRONG
        return await self.open_session(found, caller)

    async def open_session(self, found: SignIn, caller: Caller) -> SignedIn:
        """A new session of somebody who proved who they are. Raises DatabaseAway."""
        role = Role(found.role)
        enrolling = not found.second_factor and self.must_have_second_factor(role)
        absolute_s = ENROLLING_MS // 1000 if enrolling else self._rules.absolute_s
        now = self._clock.now_ms() // 1000 * 1000
        row = SessionRow(
            id=secrets.token_urlsafe(18),
            username=found.username,
            signed_in_at=to_datetime(now),
            expires_at=to_datetime(now + absolute_s * 1000),
            used_at=to_datetime(now),
            shown_at=None,
            enrolling=enrolling,
            with_second_factor=found.second_factor,
            address=caller.address,
            program="".join(filter(str.isprintable, caller.program))[:_MAX_PROGRAM],
            ended=False,
            version=0,
        )
        async with self._database.transaction(tenant=EVERY) as connection:
            number = await sign_in_session.next_version(connection)
            await sign_in_session.insert(connection, replace(row, version=number))
            await sign_in_session.end_surplus(
                connection, found.username, self._rules.most, row.signed_in_at, number
            )
            await self._trail.note(connection, _signing_in(found, caller))
        await self.refresh()
        right = Right.ENROL if enrolling else Right.FULL
        principal = Principal(
            found.username, role, found.enterprise, found.token_version, row.id, right
        )
        return SignedIn(self._mint.issue(principal, absolute_s), absolute_s, enrolling)

    async def make_first_admin(self, password: str | None) -> None:
        """Make `admin` where there is nobody yet. Raises DatabaseAway."""
        async with self._database.transaction(tenant=EVERY) as connection:
            if not await people.is_empty(connection):
                return
        if password is None:
            _log.warning("there is no user yet: set PARKWATCH_ADMIN_PASSWORD and start again")
            return
        hashed = await self._passwords.hash(password)
        async with self._database.transaction(tenant=EVERY) as connection:
            if await people.insert_first_admin(connection, hashed, new_token_version()):
                first = {"username": "admin"}
                await self._trail.note(
                    connection, Deed("system", None, None, "", "", "first start", first)
                )
                _log.info("the first user was made", username="admin")


def _signing_in(found: SignIn, caller: Caller) -> Deed:
    who = {"username": found.username}
    return Deed(
        found.username,
        found.role,
        found.enterprise,
        caller.address,
        caller.request_id,
        caller.what,
        who,
        found.enterprise,
    )


def principal_of(account: Account) -> Principal:
    return Principal(
        account.username, Role(account.role), account.enterprise, account.token_version
    )


def new_token_version() -> int:
    """Random, so that a name that is given again does not revive old tokens."""
    return secrets.randbelow(2**30) + 1


def _same(one: Principal, other: Principal) -> bool:
    rights = [(each.role, each.enterprise, each.token_version) for each in (one, other)]
    return one.username == other.username and rights[0] == rights[1]
