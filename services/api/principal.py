"""Who is asking: name, role, and the one enterprise an enterprise user is confined to."""

from dataclasses import dataclass

from services.api.permission import CHANGING, GRANTS, KEY_GRANTS, Permission, Role
from services.domain.api_key import KeyScope
from services.domain.session_life import Right

_OF_RIGHT = {
    Right.FULL: frozenset(Permission),
    Right.SHOW: frozenset({Permission.OWN, Permission.SEE}),
    Right.ENROL: frozenset({Permission.ACCOUNT}),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person, or a key. `enterprise` is set exactly for role `enterprise`.

    `session`: of a person, None for tokens of before sessions were kept. `right`: what the session
    may still do. `scopes`: of a key; None for people.
    """

    username: str
    role: Role
    enterprise: str | None
    token_version: int
    session: str | None = None
    right: Right = Right.FULL
    scopes: frozenset[KeyScope] | None = None

    def may(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role] and permission in self._confines()

    @property
    def only_reads(self) -> bool:
        """Whether there is nothing of the park or of an enterprise that they may change."""
        return not any(self.may(each) for each in CHANGING)

    def _confines(self) -> frozenset[Permission]:
        if self.scopes is not None:
            return frozenset().union(*(KEY_GRANTS[scope] for scope in self.scopes))
        return _OF_RIGHT[self.right]

    def sees(self, enterprise: str) -> bool:
        """Whether this enterprise's things exist for them at all."""
        return self.enterprise is None or self.enterprise == enterprise

    @property
    def sees_reasons(self) -> bool:
        """Whether the reasons of the park's own settings are for them: for its people and for
        regulators, not for an enterprise."""
        return self.enterprise is None

    @property
    def scope(self) -> frozenset[str] | None:
        """The enterprises they are confined to; None is the whole park."""
        return None if self.enterprise is None else frozenset({self.enterprise})
