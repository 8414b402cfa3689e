"""Room in the broker's store that messages cannot take.

At its end the broker refuses whoever connects anew, for it cannot write down his session: also the
services that would empty it. So messages end earlier; then only gateways are refused.
"""

from typing import Any

import msgspec
from nats.aio.client import Client

MESSAGES = "$MQTT_msgs"
"""The broker's own stream of what waits for durable sessions."""
INFO = "park.store.info"
UPDATE = "park.store.update"
"""What the administrator may ask of that stream, as `nats.conf` imports it from the account."""

ROOM_MOST = 64 * 2**20
ROOM_SHARE = 8
"""One part of so many, where that is less."""
NO_STREAM = 10059
"""The broker's number for it: nobody ever spoke MQTT to it."""


class NoRoom(Exception):
    """The broker did not take the bound; the text says why."""


def cap_of(limit: int) -> int:
    """How many bytes of messages a store of `limit` bytes may hold."""
    return limit - min(ROOM_MOST, limit // ROOM_SHARE)


async def keep_room(client: Client, limit: int) -> None:
    """Bound the messages below the store's `limit` (bytes), where they are not yet.

    `client`: the administrator's. Raises NoRoom, and what the client raises.
    """
    found = await _asked(client, INFO, b"")
    if found is None or found["config"]["max_bytes"] == cap_of(limit):
        return
    # Refuse the newest instead of deleting the oldest: those are acknowledged already.
    wanted = {**found["config"], "max_bytes": cap_of(limit), "discard": "new"}
    await _asked(client, UPDATE, msgspec.json.encode(wanted))


async def _asked(client: Client, subject: str, body: bytes) -> dict[str, Any] | None:
    answer = await client.request(subject, body, timeout=2.0)
    found: dict[str, Any] = msgspec.json.decode(answer.data, type=dict[str, Any])
    error = found.get("error")
    if error is None:
        return found
    if error.get("err_code") == NO_STREAM:
        return None
    raise NoRoom(f"The broker refused the bound of its messages: {error.get('description')}.")
