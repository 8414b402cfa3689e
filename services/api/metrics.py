"""Numbers for Prometheus: few, and each of them true."""

from collections import Counter
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client import Counter as Total

from services.api.broker_watch import BrokerWatch
from services.api.vitals import ENGINE, INGEST
from services.api.window import Window
from services.domain.retention import ROOMS
from services.domain.trouble import Kind as Trouble


def exposition(here: Window) -> bytes:
    """All of them, as they stand now."""
    registry = CollectorRegistry()

    def gauge(name: str, says: str, value: float) -> None:
        Gauge(name, says, registry=registry).set(value)

    alarms_open = here.replica.open.values()
    grades = Counter(a.grade for a in alarms_open if not (a.historical or a.exercise))
    alarms = Gauge(
        "parkwatch_alarms_open", "Live alarms that are not closed.", ["grade"], registry=registry
    )
    for grade in (1, 2, 3, 4):
        alarms.labels(str(grade)).set(grades[grade])
    gauge("parkwatch_live_clients", "Consoles on the live push.", len(here.hub.channels))
    gauge("parkwatch_audit_waiting", "Rows of the audit not on record yet.", here.trail.waiting)
    gauge("parkwatch_gateways_on_bench", "Gateways being tried.", here.bench.running)
    gauge("parkwatch_points", "Registered points.", here.register.counts()[0])
    gauge("parkwatch_database_up", "Whether the database answers.", here.vitals.database_there)
    gauge("parkwatch_engine_up", "Whether live alarms can be served.", here.vitals.live)
    gauge("parkwatch_gateways_open", "Whether gateways may come in.", here.door.is_open)
    silence = here.vitals.silence_s(ENGINE)
    if silence is not None:
        gauge("parkwatch_engine_age_seconds", "Since the engine was last heard.", silence)
    status = here.vitals.status(ENGINE)
    if status is not None and status.spool_bytes is not None:
        gauge("parkwatch_spool_bytes", "Size of the engine's spool.", status.spool_bytes)
        waits = status.derived_unsent
        gauge("parkwatch_derived_unsent", "Computed readings that wait for the broker.", waits)
        traced = status.derived_traced
        gauge("parkwatch_derived_traced", "Readings kept of inputs of derived points.", traced)
    committed = here.vitals.commit_at
    if committed is not None:
        age = (here.clock.now_ms() - committed) / 1000
        gauge("parkwatch_commit_age_seconds", "Since readings were last committed.", age)
    gauge("parkwatch_canary_age_seconds", "Since it last came out.", here.vitals.canary.age_s)
    let_pass = here.vitals.canary_stored_at
    if let_pass is not None:
        age = (here.clock.now_ms() - let_pass) / 1000
        gauge("parkwatch_canary_stored_age_seconds", "Since it last went behind a commit.", age)
    kept = here.vitals.broker_store
    if kept is not None:
        gauge("parkwatch_broker_store_ratio", "Of the broker's store, used.", kept.share)
    _store(here, gauge)
    _ledger(here, registry)
    _notices(here, registry)
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
    if (seen := here.vitals.store_room) is not None:
        gauge("parkwatch_storage_free_ratio", "Of the room for the database, free.", seen.free)
        stage = ROOMS.index(seen.room)
        gauge("parkwatch_storage_stage", "0 room enough, 1 low, 2 tight, 3 full.", stage)


def _ledger(here: Window, registry: CollectorRegistry) -> None:
    """What all that take readings in have done since they started."""
    workers = here.vitals.ingest_workers
    if not workers:
        return
    fates = Total(
        "parkwatch_readings", "Readings committed, by what became of them.", ["fate"],
        registry=registry,
    )  # fmt: skip
    for fate in ("stored", "duplicates", "dead_letters", "waiting", "apart", "not_kept"):
        fates.labels(fate).inc(max(sum(each.readings.get(fate, 0) for each in workers), 0))
    flying = sum(sum(each.in_flight.values()) for each in workers)
    Gauge(
        "parkwatch_readings_in_flight", "Readings read and not committed yet.", registry=registry
    ).set(flying)
    for name, says, number in (
        ("ingest_queue", "Deliveries in our own queue.", sum(e.queued or 0 for e in workers)),
        ("apart_readings", "Readings stored apart that wait.", sum(e.apart for e in workers)),
        ("apart_age_seconds", "How long the oldest of them waits.", _apart_age(here)),
        ("gateways_cut", "Gateways not let in, for they flood.", here.troubles.count(Trouble.CUT)),
        ("gateways_over_rate", "Over their rate.", here.troubles.count(Trouble.OVER_RATE)),
        ("gateways_poison", "Of no use.", here.troubles.count(Trouble.ONLY_POISON)),
    ):
        Gauge(f"parkwatch_{name}", says, registry=registry).set(number)
    for name, says, count in (
        ("ingest_queue_refused", "No room in our queue.", sum(e.queue_refused for e in workers)),
        ("letters_dropped", "Not kept, for a cap.", sum(e.letters_dropped for e in workers)),
        ("gaps_opened", "Gaps found.", sum(each.gaps_opened for each in workers)),
        ("sessions_lost", "Sessions that the broker lost.", sum(e.sessions_lost for e in workers)),
        ("acks_sent", "Acks sent to gateways.", sum(each.acks_sent for each in workers)),
    ):
        Total(f"parkwatch_{name}", says, registry=registry).inc(count)


def _notices(here: Window, registry: CollectorRegistry) -> None:
    watch = here.notice_watch
    totals = watch.totals
    for name, says, number in (
        ("notices_waiting", "Alarms on their way to receivers.", float(totals.waiting)),
        ("notices_overdue_seconds", "What could be sent waits so long.", watch.overdue_s),
        ("receivers_failing", "Receivers that do not take theirs.", float(totals.failing)),
    ):
        Gauge(f"parkwatch_{name}", says, registry=registry).set(number)
    fates = Total("parkwatch_notices", "By what became of them.", ["fate"], registry=registry)
    for fate in ("sent", "given_up", "left_out"):
        fates.labels(fate).inc(getattr(totals, fate))


def _apart_age(here: Window) -> float:
    since = [each.apart_since for each in here.vitals.ingest_workers if each.apart_since]
    return (here.clock.now_ms() - min(since)) / 1000 if since else 0.0


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
