"""The first step of `make install`, with the system's Python alone: .venv, uv, the packages.

Run as `python3 -I services/stack/bootstrap.py LEVEL`; LEVEL as for `services.stack.install`, which
it ends in. Imports only modules that need nothing but the standard library.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY))

NEEDED = (3, 11)
TOO_OLD = (
    f"Python {NEEDED[0]}.{NEEDED[1]} or newer is needed, and this is "
    f"{sys.version_info[0]}.{sys.version_info[1]}: use Debian 12 or newer, or `docker compose up`."
)
NO_VENV = (
    "Python's venv module is missing: run `sudo apt-get install python3-venv` and start again."
)

if sys.version_info < NEEDED:
    sys.exit(TOO_OLD)

from services.stack.cache import engines_home, explained, home_of  # noqa: E402
from services.stack.progress import Progress  # noqa: E402
from services.stack.refusal import Refusal  # noqa: E402
from services.stack.tool import Failed, run  # noqa: E402

VENV = REPOSITORY / ".venv"
PYTHON = VENV / "bin" / "python"
PINNED = REPOSITORY / "deploy" / "uv-requirements.txt"


def bootstrap(level: str, progress: Progress) -> int:
    """All steps under one lock in the clone; the exit code of the last."""
    environment = _environment()
    with explained(REPOSITORY):
        (REPOSITORY / "build").mkdir(exist_ok=True)
        lock = os.open(REPOSITORY / "build" / "install.lock", os.O_RDWR | os.O_CREAT, 0o644)
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not _works("import sys, pip; sys.exit(sys.version_info < (3, 11))"):
        with progress.step("Python environment"):
            _make_venv(environment)
    if not _works(f"import importlib.metadata as m; assert m.version('uv') == '{_uv_version()}'"):
        with progress.step("uv"):
            _fetch(environment, "pip", "install", "--quiet", "--require-hashes", "-r", str(PINNED))
    with progress.step("Python packages"):
        groups = ["--no-group", "dev"] if level == "demo" else []
        _fetch(environment, "uv", "sync", "--quiet", "--frozen", "--inexact", *groups)
    install = [str(PYTHON), "-m", "services.stack.install", level]
    return subprocess.run(install, cwd=REPOSITORY, env=environment, check=False).returncode


def _environment() -> dict[str, str]:
    # Before pydantic is installed nothing else can read it.
    inherited = dict(os.environ)  # noqa: TID251
    for name in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"):
        inherited.pop(name, None)
    inherited["HOME"] = str(home_of(inherited))
    return inherited | {
        "UV_PROJECT_ENVIRONMENT": str(VENV),
        "UV_PYTHON": str(PYTHON),
        "UV_PYTHON_DOWNLOADS": "never",
        # uv's own list lacks the certificate of a proxy that looks into a company's TLS.
        "UV_SYSTEM_CERTS": inherited.get("UV_SYSTEM_CERTS") or "true",
        "UV_CACHE_DIR": inherited.get("UV_CACHE_DIR") or str(engines_home(inherited) / "uv"),
    }


def _uv_version() -> str:
    return PINNED.read_text().partition("uv==")[2].split()[0]


def _works(check: str) -> bool:
    try:
        run([PYTHON, "-I", "-c", check])
    except (Failed, OSError):
        return False
    return True


def _make_venv(environment: dict[str, str]) -> None:
    if not _has_venv():
        raise Refusal(NO_VENV)
    try:
        with explained(VENV):
            run([sys.executable, "-m", "venv", "--clear", VENV], env=environment)
    except Failed as failure:
        if failure.says("ensurepip"):
            raise Refusal(NO_VENV) from failure
        raise Refusal(_sentence(failure)) from failure


def _has_venv() -> bool:
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def _fetch(environment: dict[str, str], *words: str) -> None:
    try:
        run([PYTHON, "-m", *words], cwd=REPOSITORY, env=environment)
    except Failed as failure:
        raise Refusal(_sentence(failure)) from failure


def _sentence(failure: Failed) -> str:
    if failure.says("No space left", "Disk quota"):
        return f"The disk that holds {REPOSITORY} or the cache is full: free about 1 GB and start again."
    if failure.says("Read-only file system", "Permission denied"):
        return f"{REPOSITORY} or the cache cannot be written: give this user write access to them."
    if failure.says("HASHES", "hash mismatch", "Hash mismatch"):
        return (
            "A Python package is not the one that was pinned: use another package index, and "
            f"tell who runs this one. ({failure.last_line})"
        )
    return (
        "The Python packages cannot be fetched: check the network, or the package index that pip "
        f"and uv are set to, and start again. ({failure.last_line})"
    )


def main() -> int:
    """Install, or end with one sentence."""
    try:
        return bootstrap(sys.argv[1], Progress())
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
