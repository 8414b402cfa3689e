"""What each of our own services may say and hear at the broker, and nothing beyond it.

A service that was taken over by way of its input can then neither speak as another one nor forge
a reading; only the api publishes for gateways, which is what `POST /telemetry` does. Sessions and
their acknowledgements (`$MQTT.…`, `$JS.…`) are the broker's own work in the account, and take no
right of the user's.
"""

from dataclasses import dataclass

READINGS = "pw.v1.*.*.*"
MAPPED = "pw.b.*.*.*.*"
"""By its bucket, where the broker maps: rights are looked at after the mapping."""
MAPPED_ONCE = "pw.v1.*.*.*.*"
"""As it was mapped once; in a session of that time something may wait."""
EVERY_LEAF = "pw.v1.*.*.>"
"""Readings, and whatever else somebody may call a leaf."""
NO_LEAF = "pw.v1.*.*"
"""What a filter that ends in `#` names as well; no gateway may publish it."""
DOWNLINKS = "pw.down.v1.*.*.*"
_BUS = "pw.int.v1"
_CANARY = "_canary._canary.telemetry"
_COMPUTED = "*._derived.telemetry"
"""What derived points read."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Subjects as the broker writes them: `.` between levels, `*` for one."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]

    def __str__(self) -> str:
        """As the configuration has it. The native protocol is for the administrator alone."""
        said, heard = (_list(subjects) for subjects in (self.publish, self.subscribe))
        return (
            'allowed_connection_types: ["MQTT"], '
            f"permissions: {{ publish: {said}, subscribe: {heard} }}"
        )


RIGHTS = {
    "svc-ingest": Rights(
        publish=(f"{_BUS}.status.ingest", DOWNLINKS),
        # Its own sign of life is what its health check listens for; so with the others.
        subscribe=(EVERY_LEAF, NO_LEAF, MAPPED, f"{_BUS}.status.ingest"),
    ),
    "svc-alerts": Rights(
        publish=(
            f"{_BUS}.alarms",
            f"{_BUS}.values",
            f"{_BUS}.canary",
            f"{_BUS}.status.alerts",
            f"{_BUS}.reply.*",
            # What it computes, under our own gateway and no other's; by its bucket where mapped.
            f"pw.v1.{_COMPUTED}",
            f"pw.b.*.{_COMPUTED}",
        ),
        subscribe=(
            READINGS,
            MAPPED,
            MAPPED_ONCE,
            f"{_BUS}.command",
            f"{_BUS}.claim",
            f"{_BUS}.status.alerts",
        ),
    ),
    "svc-api": Rights(
        # Claims are of judges that sit behind the api (permits, persons on the move).
        publish=(READINGS, MAPPED, f"{_BUS}.command", f"{_BUS}.claim", f"{_BUS}.status.api"),
        # Readings are for the test-bench, which hears the one gateway that it tries.
        subscribe=(
            READINGS,
            MAPPED,
            f"{_BUS}.alarms",
            f"{_BUS}.values",
            f"{_BUS}.canary",
            f"{_BUS}.status.*",
            f"{_BUS}.reply.*",
        ),
    ),
    "svc-watcher": Rights(
        # The canary's own topics and no gateway's; by its bucket where the broker maps.
        publish=(f"pw.v1.{_CANARY}", f"pw.b.*.{_CANARY}"),
        # An empty list would be leave to hear everything.
        subscribe=(f"{_BUS}.canary",),
    ),
}
"""By user."""


def _list(subjects: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{subject}"' for subject in subjects) + "]"
