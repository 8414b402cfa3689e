"""The api service: from settings to a running process and to its end."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import structlog
import uvloop

from services.api.app import make_app
from services.api.assembly import Process, assemble
from services.api.notify.run import make_notifier
from services.api.password import Passwords
from services.api.server import CannotListen, forward_logs, listen, make_server
from services.api.upkeep import Upkeep
from services.runtime.clock import SystemClock
from services.runtime.lifecycle import run_service
from services.runtime.log import configure
from services.runtime.mqtt_client import BadAddress
from services.runtime.settings import Settings

_log = structlog.get_logger()


def main(settings: Settings, passwords: Passwords | None = None) -> None:
    """Run until SIGTERM or SIGINT; `passwords`: other than ours, for proofs of something else."""
    configure("api")
    forward_logs()

    async def serve(stop: asyncio.Event) -> None:
        try:
            process = assemble(settings, SystemClock(), passwords)
        except BadAddress as error:
            raise SystemExit(f"PARKWATCH_MQTT_URL: {error}") from None
        await _serve(settings, process, stop)

    run_service(serve, uvloop.new_event_loop)


def _pair(settings: Settings) -> tuple[Path, Path] | None:
    certificate, key = settings.http_tls_cert, settings.http_tls_key
    return None if certificate is None or key is None else (certificate, key)


def _notifying(settings: Settings) -> list[Coroutine[Any, Any, None]]:
    """What `parkwatch notify` does, where it is ours to do."""
    url = settings.notify_database_url
    if url is None:
        return []
    return [make_notifier(settings, url.get_secret_value(), SystemClock()).run()]


async def _serve(settings: Settings, process: Process, stop: asyncio.Event) -> None:
    here = process.window
    try:
        listening = listen(settings.http_host, settings.http_port)
        server = make_server(make_app(here), settings.http_tls_cert, settings.http_tls_key)
    except CannotListen as error:
        raise SystemExit(str(error)) from None
    password = settings.admin_password
    upkeep = Upkeep(here, None if password is None else password.get_secret_value())
    here.link.open()
    here.vitals.canary.open(process.bus)
    async with process.bus, here.uplink, asyncio.TaskGroup() as group:
        work = [
            group.create_task(each)
            for each in (
                process.bus.watch(),
                here.uplink.watch(),
                upkeep.run_database(),
                upkeep.run_watch(),
                upkeep.run_door(),
                upkeep.run_broker_watch(),
                upkeep.run_broker_store(),
                upkeep.run_sealing(),
                process.renewal.run(server.config.ssl, _pair(settings)),
                upkeep.run_due_watch(),
                upkeep.run_room_watch(),
                upkeep.run_connectivity(),
                upkeep.run_values(),
                upkeep.run_answers(),
                upkeep.run_notices(),
                *_notifying(settings),
                upkeep.run_audit(),
                upkeep.run_approvals(),
                upkeep.run_sessions(),
                upkeep.run_session_end(),
                upkeep.run_drills(),
                upkeep.run_heartbeat(),
                here.bench.run(),
            )
        ]
        _log.info("listening", host=settings.http_host, port=settings.http_port)
        await server.run_until(stop, listening)
        for each in work:
            each.cancel()
    here.database.close()
    _log.info("stopped")
