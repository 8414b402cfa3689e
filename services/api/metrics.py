"""Numbers for Prometheus: few, and each of them true."""

from collections import Counter
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client import Counter as Total

from services.api.broker_watch import BrokerWatch
from services.api.vitals import ENGINE, INGEST
from services.api.window import Window


def exposition(here: Window) -> bytes:
    """All of them, as they stand now."""
    registry = CollectorRegistry()

    def gauge(name: str, says: str, value: float) -> None:
        Gauge(name, says, registry=registry).set(value)

    grades = Counter(a.grade for a in here.replica.open.values() if not a.historical)
    alarms = Gauge(
        "parkwatch_alarms_open", "Live alarms that are not closed.", ["grade"], registry=registry
    )
    for grade in (1, 2, 3, 4):
        alarms.labels(str(grade)).set(grades[grade])
    gauge("parkwatch_live_clients", "Consoles on the live push.", len(here.hub.channels))
    gauge("parkwatch_points", "Registered points.", len(here.register.by_id))
    gauge("parkwatch_database_up", "Whether the database answers.", here.vitals.database_there)
    gauge("parkwatch_engine_up", "Whether live alarms can be served.", here.vitals.live)
    gauge("parkwatch_gateways_open", "Whether gateways may come in.", here.door.is_open)
    silence = here.vitals.silence_s(ENGINE)
    if silence is not None:
        gauge("parkwatch_engine_age_seconds", "Since the engine was last heard.", silence)
    status = here.vitals.status(ENGINE)
    if status is not None and status.spool_bytes is not None:
        gauge("parkwatch_spool_bytes", "Size of the engine's spool.", status.spool_bytes)
    committed = here.vitals.commit_at
    if committed is not None:
        age = (here.clock.now_ms() - committed) / 1000
        gauge("parkwatch_commit_age_seconds", "Since readings were last committed.", age)
    _store(here, gauge)
    if here.broker_watch is not None:
        _refusals(here.broker_watch, registry)
    return generate_latest(registry)


def _store(here: Window, gauge: Callable[[str, str, float], None]) -> None:
    status = here.vitals.status(INGEST)
    if status is None:
        return
    if status.rollup_lag_ms is not None:
        lag = status.rollup_lag_ms / 1000
        gauge("parkwatch_rollup_lag_seconds", "Roll-ups are behind what is stored.", lag)
    if status.free_share is not None:
        free = status.free_share
        gauge("parkwatch_storage_free_ratio", "Of the room for the database, free.", free)


def _refusals(watch: BrokerWatch, registry: CollectorRegistry) -> None:
    figures = watch.figures
    refused = Total(
        "parkwatch_broker_refusals",
        "What the broker refused registered gateways.",
        ["kind"],
        registry=registry,
    )
    for kind, count in figures.refusals.items():
        refused.labels(kind.value).inc(count)
    for name, says, count in (
        ("unattributed", "Refusals of no registered gateway.", figures.nobodys),
        ("lost", "Refusals that found no place while the database was away.", watch.lost),
        ("log_gaps", "Times that the log was turned over before it was read.", figures.gaps),
    ):
        Total(f"parkwatch_broker_refusals_{name}", says, registry=registry).inc(count)
    Gauge(
        "parkwatch_broker_log_behind_bytes", "Of the broker's log, not read yet.", registry=registry
    ).set(figures.behind)
