"""The clock by which everything is judged, and the time zones that the database wants."""

from collections.abc import Iterator
from pathlib import Path

from services.runtime.clock import to_datetime
from services.stack.diagnosis import Code, Finding, Site
from services.stack.diagnosis_folder import chosen
from services.stack.refusal import Refusal

EARLIEST = 1_767_225_600_000
"""2026-01-01: this version is younger than that."""
LATEST = 4_102_444_800_000
"""2100-01-01: a board without a battery may well wake up in any century."""
TOLERANCE_MS = 60_000
NTP = "set it by NTP (timedatectl set-ntp true) before the next start"


def time(site: Site) -> Iterator[Finding]:
    """The machine's clock, and its time zone data."""
    yield _clock(site)
    if site.settings.database_url is None:
        yield _zones(site.zones)


def _clock(site: Site) -> Finding:
    now = site.clock.now_ms()
    shown = to_datetime(now).isoformat(timespec="seconds")
    if not EARLIEST <= now <= LATEST:
        return Finding(Code.CLOCK, f"This machine's clock says {shown}, which cannot be", NTP)
    newest = _newest(site)
    if newest is not None and newest[1] > now + TOLERANCE_MS:
        path, written = newest
        behind = (written - now) / 1000
        what = (
            f"This machine's clock says {shown}, {behind:.0f} s before {path} was written: it was "
            "set back"
        )
        return Finding(Code.CLOCK, what, NTP)
    return Finding(Code.CLOCK, f"This machine's clock says {shown}")


def _newest(site: Site) -> tuple[Path, int] | None:
    """What the stack wrote last, and when (epoch ms)."""
    try:
        data = chosen(site)
    except Refusal:
        return None
    places = [data.path / "lock", data.path / "alerts" / "snapshot", *data.logs.glob("*.log")]
    times = [(path, path.stat().st_mtime_ns // 1_000_000) for path in places if path.exists()]
    return max(times, key=lambda each: each[1], default=None)


def _zones(folder: Path) -> Finding:
    """PostgreSQL reads the machine's own time zones, and does not start without."""
    file = folder / "Etc" / "UTC"
    try:
        sound = file.read_bytes()[:4] == b"TZif"
    except OSError:
        sound = False
    if sound:
        return Finding(Code.TIME_ZONES, f"The time zones in {folder} can be read")
    what = f"The time zone {file} is missing or damaged, without which the database does not start"
    return Finding(Code.TIME_ZONES, what, "install it: apt-get install --reinstall tzdata")
