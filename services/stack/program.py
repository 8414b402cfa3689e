"""One program under the supervisor's care: what to start, as whom, and how to stop it."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """`stop` is the signal that ends it cleanly; after `patience` seconds it is killed.

    `wedged`: words in its log after which it does its work no more until it is started again.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    account: str | None = None
    cwd: Path | None = None
    stop: signal.Signals = signal.SIGTERM
    patience: float = 6.0
    wedged: str = ""
    survives: bool = False
    """It goes on when the supervisor is killed, and keeps its own log; a clean stop ends it."""
