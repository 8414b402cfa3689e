"""Registering who is told of alarms: what an address must be, and secrets that are shown once."""

import secrets
from collections.abc import Sequence
from ipaddress import ip_address

from services.api.notify.courier import secret_name
from services.api.problem import Kind, Problem, invalid_fields
from services.api.seal import Seal
from services.runtime.outgoing import Network, NoAnswer, Outgoing, Refused
from services.store import receiver_list as store
from services.store.receiver_list import Connection
from services.wire.webhook import SECRET_BYTES, written_secret

MOST = 20
"""Receivers of the park, and of each enterprise, at most."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_NOT_PUBLIC = (
    "a receiver of an enterprise must be on the public internet; ask the park to register one"
)
_NOT_ENCRYPTED = "it must begin with https://; ask the park where that cannot be"


class ReceiverDesk:
    """`seal`: None where no key was given, and nobody can be registered. `networks`: where else than
    on the public internet a receiver of the park's may be."""

    def __init__(self, seal: Seal | None, networks: Sequence[Network]) -> None:
        self._seal = seal
        # Names are looked up when we go there, and judged then; what is written as a number now.
        self._park = Outgoing(networks, _as_written)
        self._other = Outgoing((), _as_written)

    def check(self, url: str, by_park: bool) -> None:
        """Whether we could ever go there. Raises Problem."""
        if not by_park and not url.startswith("https://"):
            raise invalid_fields({"url": _NOT_ENCRYPTED})
        try:
            (self._park if by_park else self._other).judge(url)
        except NoAnswer:
            return
        except Refused as why:
            told = str(why) if by_park or "public" not in str(why) else _NOT_PUBLIC
            raise invalid_fields({"url": told}) from None

    def new_secret(self, enterprise: str, receiver: str) -> tuple[str, bytes]:
        """A secret as it is shown once, and as it is kept. Raises Problem."""
        if self._seal is None:
            raise Problem(
                Kind.NOT_POSSIBLE,
                "Nobody can be told of alarms here: PARKWATCH_NOTICE_KEY is not set for the api.",
            )
        key = secrets.token_bytes(SECRET_BYTES)
        return written_secret(key), self._seal.close(secret_name(enterprise, receiver), key)

    async def reseal(self, connection: Connection) -> int:
        """Seal every receiver's secret by today's key; how many were by one of before."""
        count = 0
        for enterprise, receiver, sealed in await store.secrets(connection):
            name = secret_name(enterprise, receiver)
            renewed = None if self._seal is None else self._seal.renewed(name, sealed)
            if renewed is not None:
                await store.put_secret(connection, enterprise, receiver, renewed)
                count += 1
        return count


def new_id() -> str:
    """Eight random letters: the name of a receiver."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


def _as_written(host: str, _port: int) -> list[str]:
    """The address that a host is; of a name none."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        return []
