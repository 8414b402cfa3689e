"""What the watcher is told, by its environment: the names are those of the reference."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.watcher.outgoing import Network, networks_of


class BadOption(ValueError):
    """A setting that cannot be used; the text says which and how it should look."""


@dataclass(frozen=True, slots=True)
class Options:
    """`mqtt_url` and `api_url` are where the two ends of the chain are; times in seconds."""

    mqtt_url: str = field(repr=False)
    api_url: str
    api_pin: Path | None = None
    """The certificate (PEM) that the api must show; None: one that this machine trusts."""
    run: Path = Path("data") / "run"
    """Holds the lock, the state and the sign of life."""
    log: Path | None = None
    """None: standard error."""
    supervisor: Path | None = None
    """The file that a living supervisor touches; None: there is none to watch."""
    webhook: str | None = field(default=None, repr=False)
    command: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    """Where the webhook may be, beside the public internet."""
    interval_s: float = 10.0
    silence_s: float = 25.0

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Options":
        """Read `PARKWATCH_…`. Raises BadOption."""
        told = {
            name.removeprefix("PARKWATCH_"): text
            for name, text in environment.items()
            if name.startswith("PARKWATCH_") and text
        }
        for name in ("MQTT_URL", "API_URL"):
            if name not in told:
                raise BadOption(
                    f"PARKWATCH_{name} is not set: set it, or start with `parkwatch up`."
                )
        return cls(
            mqtt_url=told["MQTT_URL"],
            api_url=told["API_URL"].rstrip("/"),
            api_pin=_path(told.get("API_PIN")),
            run=Path(told.get("DATA_DIR", "data")).absolute() / "run",
            log=_path(told.get("WATCH_LOG")),
            supervisor=_path(told.get("WATCH_SUPERVISOR")),
            webhook=told.get("WATCH_WEBHOOK"),
            command=_words(told.get("WATCH_COMMAND", "")),
            networks=_networks(told.get("OUTGOING_NETWORKS", "")),
            interval_s=_seconds(told, "WATCH_INTERVAL_S", 10.0),
            silence_s=_seconds(told, "WATCH_SILENCE_S", 25.0),
        )


def options() -> Options:
    """From this process's own environment. Raises BadOption."""
    return Options.of(os.environ)


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise BadOption(f"PARKWATCH_WATCH_COMMAND cannot be read ({error}).") from error


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return networks_of(text)
    except ValueError as error:
        raise BadOption(f"PARKWATCH_OUTGOING_NETWORKS: {error}") from error


def _seconds(told: Mapping[str, str], name: str, default: float) -> float:
    text = told.get(name, str(default))
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0.2 <= found <= 86_400:
        raise BadOption(f"PARKWATCH_{name} is {text!r}: give seconds, 0.2 or more.")
    return found
