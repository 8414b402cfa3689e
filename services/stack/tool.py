"""Runs another program to its end, and says what it said when it fails."""

import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Failed(Exception):
    """The program ended with an error; `said` is the end of what it wrote."""

    program: str
    code: int
    said: str

    def __str__(self) -> str:
        return f"{self.program} ended with code {self.code}: {self.said}"

    @property
    def last_line(self) -> str:
        """The last thing it wrote, for the end of a sentence."""
        return (self.said.splitlines() or ["nothing"])[-1].strip()[:200]

    def says(self, *phrases: str) -> bool:
        """Whether one of these phrases is in what it wrote."""
        return any(phrase in self.said for phrase in phrases)


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    account: str | None = None,
    timeout: float = 900,
) -> str:
    """Its standard output; `Failed` when it ends with an error or takes longer than `timeout` s.

    `account`: run as this user (only root can).
    """
    words = [str(word) for word in command]
    name = Path(words[0]).name
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            user=account,
            group=_group_of(account),
            extra_groups=None if account is None else [],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(name, -1, f"no end after {timeout:.0f} s") from error
    if done.returncode != 0:
        raise Failed(name, done.returncode, (done.stdout + done.stderr).strip()[-2000:])
    return done.stdout


def _group_of(account: str | None) -> int | None:
    if account is None:
        return None
    return pwd.getpwnam(account).pw_gid
