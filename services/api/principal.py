"""Who is asking: name, role, and the one enterprise an enterprise user is confined to."""

from dataclasses import dataclass

from services.api.permission import GRANTS, Permission, Role


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person. `enterprise` is set exactly for role `enterprise`."""

    username: str
    role: Role
    enterprise: str | None
    token_version: int

    def may(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role]

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
