"""Whether a service does its work: `python -m services.stack.health ingest|alerts|api|notify`.

For containers, which ask this every half minute: with the settings of the service itself, the
api by its `/readyz`, notify by its outbox, the others by the sign of life that they give every second.
"""

import asyncio
import secrets
import sys

import msgspec
import psycopg

from services.runtime.clock import Clock, SystemClock
from services.runtime.mqtt_bus import MqttBus
from services.runtime.mqtt_client import BadAddress, BrokerAddress
from services.runtime.settings import Settings, require
from services.stack import chosen
from services.stack.diagnosis_notices import notices
from services.stack.refusal import Refusal
from services.stack.show import address
from services.stack.up import answers
from services.wire.bus import STATUS, Status

PATIENCE_S = 8.0
"""A sign of life comes every second, the connection may take some."""

SERVICES = ("ingest", "alerts", "api", "notify")


def healthy(service: str, settings: Settings) -> bool:
    """Whether it is ready now; raises BadAddress, Refusal."""
    if service == "api":
        return answers(f"{address(settings)}/readyz")
    if service == "notify":
        return _sends(require(settings.database_url, "DATABASE_URL"), SystemClock())
    broker = BrokerAddress.parse(require(settings.mqtt_url, "MQTT_URL"))
    return asyncio.run(_gives_sign(service, broker))


def _sends(database_url: str, clock: Clock) -> bool:
    """Whether nothing waits that could be sent; raises psycopg.Error."""
    found = notices(database_url, clock)
    return found is not None and found.good


async def _gives_sign(service: str, broker: BrokerAddress) -> bool:
    heard = asyncio.Event()

    def listen(_topic: str, payload: bytes) -> None:
        if msgspec.json.decode(payload, type=Status).ready:
            heard.set()

    bus = MqttBus(broker, f"pw-health-{secrets.token_hex(8)}")
    bus.subscribe(f"{STATUS}/{service}", listen)
    async with bus:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await heard.wait()
        except TimeoutError:
            return False
    return True


def main() -> None:
    """Exit code 0 when healthy, else 1."""
    if len(sys.argv) != 2 or sys.argv[1] not in SERVICES:
        sys.exit(f"Name one of {', '.join(SERVICES)}.")
    try:
        well = healthy(sys.argv[1], chosen.settings())
    except (BadAddress, Refusal, psycopg.Error) as refused:
        sys.exit(str(refused))
    sys.exit(0 if well else f"{sys.argv[1]} is not ready.")


if __name__ == "__main__":
    main()
