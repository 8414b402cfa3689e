"""Where `make install` put the stock programs that the proofs use."""

import os
import shutil
import sys
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPTS = Path(sys.executable).parent
CACHES = (
    Path("/var/cache/parkwatch"),
    Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "parkwatch",
)


@cache
def mosquitto(name: str) -> Path:
    """`mosquitto_pub`, `mosquitto_sub` as Debian ships them, else a plain failure."""
    return _program(name, "mosquitto-*/usr/bin")


@cache
def mosquitto_server() -> Path:
    """The broker Mosquitto as Debian ships it."""
    return _program("mosquitto", "mosquitto-*/usr/sbin")


@cache
def chromium() -> Path:
    """The browser for the proofs."""
    return _program("chromium", "browser-*/usr/bin")


def recording() -> Path:
    """The plant's recording, which lies beside the clone; PARKWATCH_TEP_CSV names another place."""
    default = REPOSITORY.parent / "shared" / "data" / "tep_a_feed_loss.csv"
    path = Path(os.environ.get("PARKWATCH_TEP_CSV", default))
    assert path.is_file(), (
        f"The recording {path} is missing: put tep_a_feed_loss.csv there, "
        "or set PARKWATCH_TEP_CSV to where it is."
    )
    return path


def _program(name: str, folders: str) -> Path:
    places = [SCRIPTS / name]
    places += [found / name for home in CACHES for found in sorted(home.glob(folders))]
    places += [Path(found)] if (found := shutil.which(name)) else []
    for place in places:
        if os.access(place, os.X_OK):
            return place
    raise AssertionError(f"{name} is not installed: run `make install` first.")
