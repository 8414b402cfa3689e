"""For whom the database is asked: the enterprise of the one who is being answered, or the park; and
whether as the role that only reads.

Named in one place, where a request is let in (`asks`), and taken up in one place, where a
transaction begins (`Database.transaction`). Work of our own that answers nobody names it itself. It
goes with the request's context, so tasks that a request starts ask for the same.
"""

from contextvars import ContextVar

from services.api.permission import READING, Permission
from services.api.principal import Principal
from services.store.tenant import EVERY

_ASKING: ContextVar[str | None] = ContextVar("tenant", default=None)
_READS_ONLY: ContextVar[bool] = ContextVar("reads_only", default=False)


class NobodyNamed(RuntimeError):
    """A transaction that nobody is named for: a mistake of ours, which must not see the park."""


def tenant_of(principal: Principal) -> str:
    """The enterprise somebody is confined to; EVERY for those who see the park."""
    return EVERY if principal.enterprise is None else principal.enterprise


def asks(principal: Principal, permission: Permission | None = None) -> None:
    """From here on this context asks the database for them. `permission`: what their request needs;
    where that is reading, and they may do nothing but read, the database lets them do nothing else."""
    _ASKING.set(tenant_of(principal))
    _READS_ONLY.set(permission in READING and principal.only_reads)


def nobody_asks() -> None:
    """A request begins, and nobody knows whose."""
    _ASKING.set(None)
    _READS_ONLY.set(False)


def only_reads() -> bool:
    """Whether what this context asks of the database must not be able to change anything."""
    return _READS_ONLY.get()


def asking() -> str:
    """Whom this context asks for. Raises NobodyNamed."""
    tenant = _ASKING.get()
    if tenant is None:
        raise NobodyNamed("no tenant is named for this transaction")
    return tenant
