"""How many connections this process may hold: each takes a file descriptor."""

import resource

SPARE = 128
"""Descriptors for everything that is no connection."""


class TooFew(Exception):
    """The system gives fewer descriptors than are needed; the text says what to do."""


def make_room(connections: int) -> None:
    """Raise the soft limit as far as it takes. Raises ``TooFew`` where the hard one is below."""
    needed = connections + SPARE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise TooFew(
            f"{connections} connections need {needed} file descriptors and this process may have"
            f" {hard}: raise the hard limit (ulimit -Hn, LimitNOFILE of a unit), take fewer"
            " --gateways, or let one user speak for all with --as-one; the broker needs as many."
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
