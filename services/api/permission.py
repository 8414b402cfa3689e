"""What each role may do; every route names the permission it asks for."""

from enum import StrEnum

from services.domain.api_key import KeyScope


class Role(StrEnum):
    """Who somebody is in the park."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ENTERPRISE = "enterprise"
    INSPECTOR = "inspector"
    REGULATOR = "regulator"
    ADMIN = "admin"


class Permission(StrEnum):
    """What a route asks for."""

    OWN = "own"
    """Being signed in: who one is, tickets, signing out."""
    ACCOUNT = "account"
    """One's own second factor and sessions; for people, not for keys."""
    SEE = "see"
    """Reading; an enterprise reads only its own."""
    ACKNOWLEDGE = "acknowledge"
    PROPOSE = "propose"
    """Asking for an alarm to be taken off the board."""
    SHELVE = "shelve"
    """Taking an alarm off the board, by grade with a second person, and putting it back."""
    APPROVE = "approve"
    """Being the second person."""
    PROPOSE_RULES = "propose_rules"
    """Points and rules: an enterprise asks for them, the others put them in force."""
    CONFIGURE = "configure"
    """Points and rules."""
    REGISTER = "register"
    """Enterprises and gateways; an enterprise only its own."""
    REPROCESS = "reprocess"
    """Having dead letters read again; an enterprise only its own."""
    DRILL = "drill"
    """Being a drill's instructor, or the simulator that plays it."""
    RECEIVERS = "receivers"
    """Whom alarms are sent to; an enterprise only its own."""
    USERS = "users"
    HAND_OVER = "hand_over"
    """Handing a shift over, and taking one over; an enterprise its own."""
    AUDIT = "audit"
    """Reading who did what."""


READING = frozenset({Permission.SEE, Permission.AUDIT})
"""What changes nothing."""
_OWN_AFFAIRS = frozenset({Permission.OWN, Permission.ACCOUNT})
CHANGING = frozenset(Permission) - READING - _OWN_AFFAIRS
"""What changes something of the park or of an enterprise."""
_EVERYONE = frozenset({Permission.OWN, Permission.SEE, Permission.ACCOUNT})

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: _EVERYONE
    | {
        Permission.ACKNOWLEDGE,
        Permission.PROPOSE,
        Permission.SHELVE,
        Permission.HAND_OVER,
    },
    Role.SUPERVISOR: _EVERYONE
    | {
        Permission.ACKNOWLEDGE,
        Permission.PROPOSE,
        Permission.SHELVE,
        Permission.APPROVE,
        Permission.PROPOSE_RULES,
        Permission.CONFIGURE,
        Permission.REGISTER,
        Permission.REPROCESS,
        Permission.DRILL,
        Permission.HAND_OVER,
    },
    Role.ENTERPRISE: _EVERYONE
    | {
        Permission.ACKNOWLEDGE,
        Permission.PROPOSE,
        Permission.PROPOSE_RULES,
        Permission.REGISTER,
        Permission.REPROCESS,
        Permission.RECEIVERS,
        Permission.HAND_OVER,
    },
    Role.INSPECTOR: _EVERYONE,
    Role.REGULATOR: _EVERYONE | {Permission.AUDIT},
    Role.ADMIN: frozenset(Permission),
}

KEY_GRANTS: dict[KeyScope, frozenset[Permission]] = {
    KeyScope.READ: frozenset({Permission.OWN, Permission.SEE}),
    KeyScope.ACKNOWLEDGE: frozenset({Permission.ACKNOWLEDGE}),
    KeyScope.PROPOSE: frozenset({Permission.PROPOSE, Permission.PROPOSE_RULES}),
    KeyScope.REGISTER: frozenset({Permission.REGISTER, Permission.REPROCESS}),
}
"""What a key of a scope may do, as far as its role may."""
