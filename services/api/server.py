"""The HTTP server: uvicorn on a socket of our own, stopped by our own signal."""

import asyncio
import contextlib
import logging
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import structlog
import uvicorn

from services.api.bounded_head import BoundedHead
from services.api.edge import App
from services.api.prompt_close import PromptClose

STALLED_MS = 30_000
"""A connection whose peer takes nothing for so long is ended by the kernel."""

MAX_MESSAGE = 64 * 1024
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secret and authenticated, nothing in CBC; 1.3 has no others."""
_log = structlog.get_logger()


class CannotListen(Exception):
    """The address cannot be used; the text says what to do."""


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the service's own lifecycle has them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def run_until(self, stop: asyncio.Event, listening: socket.socket) -> None:
        """Serve until `stop` is set; open connections get 2 s."""
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._watch(stop))
            await self.serve([listening])
            watch.cancel()

    async def _watch(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.should_exit = True


def make_server(app: App, certificate: Path | None = None, key: Path | None = None) -> Server:
    """A server for the application; nothing listens yet. With a certificate (PEM, its chain
    behind it) and its key it speaks TLS only. Raises CannotListen when they cannot be used."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        http=BoundedHead,
        ws=PromptClose,
        ws_per_message_deflate=False,
        ws_max_size=MAX_MESSAGE,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=2,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    try:
        config.load()
        if config.ssl is not None:
            config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
            config.ssl.set_ciphers(CIPHERS)
    except (OSError, ssl.SSLError) as error:
        raise CannotListen(
            f"{certificate} and {key} cannot be used for TLS ({error}): correct "
            "PARKWATCH_HTTP_TLS_CERT and PARKWATCH_HTTP_TLS_KEY."
        ) from error
    return Server(config)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; connections inherit its options. Raises CannotListen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)
        listening.bind(address)
    except OSError as error:
        raise CannotListen(
            f"{host}:{port} cannot be listened on ({error.strerror}): "
            "set PARKWATCH_HTTP_HOST and PARKWATCH_HTTP_PORT to a free address."
        ) from error
    listening.set_inheritable(False)
    return listening


class Forward(logging.Handler):
    """What libraries log, as our own JSON lines."""

    def emit(self, record: logging.LogRecord) -> None:
        log = _log.error if record.levelno >= logging.ERROR else _log.warning
        log(record.getMessage(), logger=record.name, exc_info=record.exc_info)


def forward_logs() -> None:
    """Send the warnings and errors of libraries to our log."""
    logging.basicConfig(level=logging.WARNING, handlers=[Forward()], force=True)
