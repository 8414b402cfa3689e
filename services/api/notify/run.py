"""The notify service: from settings to a process that empties the outbox, and to its end.

In an embedded stack the api runs the same loop beside its own work: a process of its own would cost
each start a second for what mostly waits.
"""

import asyncio
import random
import secrets

import structlog

from services.api.keyring import Keyring
from services.api.notify.courier import Courier
from services.api.notify.notifier import Notifier
from services.api.seal import Seal
from services.runtime import log
from services.runtime.clock import Clock, SystemClock
from services.runtime.lifecycle import run_service
from services.runtime.outgoing import Outgoing, networks_of
from services.runtime.settings import Settings, require

_log = structlog.get_logger()


def main(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    log.configure("notify")

    async def serve(stop: asyncio.Event) -> None:
        url = require(settings.database_url, "DATABASE_URL")
        notifier = make_notifier(settings, url, SystemClock())
        async with asyncio.TaskGroup() as group:
            work = group.create_task(notifier.run())
            _log.info("sending notices")
            await stop.wait()
            work.cancel()
        _log.info("stopped")

    run_service(serve)


def make_notifier(settings: Settings, database_url: str, clock: Clock) -> Notifier:
    """The loop, not yet started. Exits with one sentence where a setting is missing."""
    try:
        key = require(settings.notice_key, "NOTICE_KEY")
        seal = Seal(Keyring(key, settings.notice_key_file))
    except (OSError, ValueError) as error:
        raise SystemExit(f"PARKWATCH_NOTICE_KEY: {error}.") from None
    park = Outgoing(networks_of(settings.outgoing_networks or ""))
    courier = Courier(park, Outgoing(), seal)
    return Notifier(database_url, courier, clock, secrets.token_hex(8), random.random)
