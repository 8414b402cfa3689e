"""Whether a weakness is known of what is locked: asked of the databases of weaknesses, where they answer.

`make test-long` runs it. Where nobody answers it says so, and says no more than that.
"""

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

from services.runtime.settings import inherited_environment
from services.stack.console import npm_words

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120
_AWAY = re.compile(
    r"(?i)failed to (lookup|fetch|connect)|error sending request|audit endpoint|timed out"
    r"|ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|self.signed certificate"
)


def audit(name: str, words: list[str], folder: Path) -> bool:
    """Print what is known; whether it is bad."""
    try:
        done = subprocess.run(
            words, cwd=folder, env=inherited_environment(), capture_output=True, text=True,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        print(f"{name}: OFFLINE, no database of weaknesses answered within {PATIENCE_S} s.")
        return False
    return told(name, done.returncode, f"{done.stdout}\n{done.stderr}".strip())


def told(name: str, code: int, said: str) -> bool:
    """Print what an auditor's end means; whether it is bad."""
    if code == 0:
        print(f"{name}: no weakness is known of what is locked.")
        return False
    if _AWAY.search(said):
        last = said.splitlines()[-1].strip()
        print(
            f"{name}: OFFLINE, no database of weaknesses could be asked; nothing is known ({last})."
        )
        return False
    print(f"{name}: weaknesses are known, or the audit failed:\n{said}")
    return True


def main() -> int:
    """Ask about Python's packages and the console's; the exit code."""
    uv = str(Path(sysconfig.get_path("scripts")) / "uv")
    bad = audit("Python", [uv, "audit", "--frozen"], ROOT)
    npm = npm_words("audit", "--package-lock-only")
    return int(audit("Console", npm, ROOT / "console") or bad)


if __name__ == "__main__":
    sys.exit(main())
