"""The numbers that were promised, in the words of the pages and standards that promise them.

Everywhere else the tests use the names; here stands what the names are worth.
"""

import pytest

from services.domain import (
    alarm_performance,
    broker_store,
    concentration,
    conformance,
    conformance_evidence,
    connection,
    connectivity,
    detector,
    deviation,
    ear,
    flood,
    forecast,
    gas,
    gateway_clock,
    ledger,
    letter_cap,
    rate,
    rate_of_change,
    reading,
    retention,
    risk,
    rollup,
    shelving_policy,
    signal_band,
    silence,
    skew,
    slope,
    store_room,
    stuck,
    template,
    trouble,
    wheel,
    window,
)
from services.domain.retention import Room
from services.domain.shelving_policy import Allowance, ShelvingPolicy

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MIB = 1_048_576
GIB = 1_073_741_824

PROMISED: list[tuple[object, object]] = [
    # Time and lateness: docs/reference/semantics.md.
    (reading.FUTURE_TOLERANCE_MS, 5 * SECOND),
    (reading.LIVE_HORIZON_MS, DAY),
    (window.LATE_MS, 120 * SECOND),
    (window.CAPACITY, 2_000),
    (window.SLACK_MS, 30 * SECOND),
    (detector.LATE_MS, 120 * SECOND),
    (wheel.SPOKE_MS, SECOND),
    (ear.STEP_MS, 2 * SECOND),
    # The flags and qualities as they are stored and pushed.
    (list(reading.Quality), [0, 1, 2]),
    (list(reading.ReadingFlag), [1, 2, 4, 8, 16, 32]),
    # Off the board: docs/reference/alarm-states.md.
    (
        ShelvingPolicy().shelf,
        (
            Allowance(0, 0),
            Allowance(30 * MINUTE, 0),
            Allowance(4 * HOUR, 4 * HOUR),
            Allowance(12 * HOUR, 12 * HOUR),
        ),
    ),
    (
        ShelvingPolicy().out_of_service,
        (Allowance(30 * DAY, 0),) * 2 + (Allowance(30 * DAY, 12 * HOUR),) * 2,
    ),
    (shelving_policy.LONGEST_MS, {"shelved": DAY, "out_of_service": 90 * DAY}),
    # Floods and what ISA-18.2 and EEMUA 191 ask for.
    (flood.PERIOD_MS, 10 * MINUTE),
    (flood.BEGINS_ABOVE, 10),
    (flood.ENDS_BELOW, 5),
    (flood.HELD, 100_000),
    ((alarm_performance.CHATTER_COUNT, alarm_performance.CHATTER_MS), (3, MINUTE)),
    (alarm_performance.FLEETING_MS, 10 * SECOND),
    (alarm_performance.STALE_MS, DAY),
    (alarm_performance.TOP, 10),
    (alarm_performance.MEANINGFUL_DAYS, 30),
    ((alarm_performance.DAY_MS, alarm_performance.HOUR_MS), (DAY, HOUR)),
    (
        alarm_performance.TARGETS,
        {
            "per_day": 150,
            "per_hour": 6,
            "per_ten_minutes": 1,
            "busy_periods_share": 0.01,
            "busiest_ten_minutes": 10,
            "upset_ten_minutes": 10,
            "flood_share": 0.01,
            "top_ten_share": 0.05,
            "chattering": 0,
            "fleeting": 0,
            "stale_a_day": 4,
            "unauthorised": 0,
        },
    ),
    (
        alarm_performance.MANAGEABLE,
        {"per_day": 300, "per_hour": 12, "per_ten_minutes": 2},
    ),
    (alarm_performance.GRADE_TARGETS, {1: 0.01, 2: 0.05, 3: 0.15, 4: 0.80}),
    # Silence: three periods and ten seconds at least; who is how grave.
    ((silence.PERIODS, silence.LEAST_MS), (3, 10 * SECOND)),
    (
        (silence.POINT_GRADE, silence.GATEWAY_GRADE, silence.ENTERPRISE_GRADE),
        (3, 2, 1),
    ),
    (silence.SUSPECT_MS, 20 * SECOND),
    (silence.GATEWAY_MS, 15 * MINUTE),
    # Clocks of gateways.
    (gateway_clock.UNUSABLE_FOR_MS, 10 * SECOND),
    ((gateway_clock.BEHIND_MS, gateway_clock.BEHIND_FOR_MS), (120 * SECOND, 60 * SECOND)),
    ((gateway_clock.PACE_MS, gateway_clock.CLOCK_GRADE), (5 * SECOND, 3)),
    ((skew.SKEW_LIMIT_MS, skew.SKEW_OVER_MS), (2 * SECOND, 1.5 * SECOND)),
    ((skew.BUCKET_MS, skew.BUCKETS, skew.FEWEST_BUCKETS), (5 * SECOND, 12, 3)),
    ((skew.STEADY_MS, skew.STUCK_MS, skew.STUCK_VALUES), (SECOND, MINUTE, 2)),
    ((skew.UNUSABLE_MS, skew.WATCHED_POINTS), (10 * SECOND, 1_000)),
    # Connections: five drops in ten minutes are unstable, five quiet minutes calm.
    ((connection.DROPS, connection.DROPS_WITHIN_MS), (5, 10 * MINUTE)),
    (connection.CALM_MS, 5 * MINUTE),
    ((connectivity.TARGET, connectivity.FRESH_MS, connectivity.PERIODS), (0.995, MINUTE, 3)),
    # Over its rate: stored apart; at ten times for a minute cut for five.
    ((rate.WINDOW_S, rate.CUT_FACTOR, rate.CUT_S), (60, 10, 300)),
    ((rate.LIVE_MS, rate.GATEWAYS_MOST), (120 * SECOND, 10_000)),
    # Dead letters.
    ((letter_cap.LETTERS_A_DAY, letter_cap.BYTES_A_DAY), (10_000, 64 * MIB)),
    ((letter_cap.KEEP_DAYS, letter_cap.PARK_BYTES), (30, 4 * GIB)),
    (trouble.POISON_LEAST, 20),
    # The ledger of losses.
    ((ledger.HOLES_MOST, ledger.BOOTS_MOST, ledger.TOLD_MOST), (256, 16, 100)),
    (ledger.GRACE_MS, 10 * SECOND),
    # What is kept how long: the law asks for 30 days.
    ((retention.LAW_DAYS, retention.ORDINARY_DAYS, retention.IDENTITY_DAYS), (30, 90, 30)),
    ((retention.EVENT_DAYS, retention.GAP_DAYS, retention.FIGURE_DAYS), (365, 400, 1_100)),
    ((retention.TIGHT_SHARE, retention.FULL_SHARE), (0.20, 0.10)),
    ((retention.LOW_SHARE, retention.EASIER, retention.NOTICE_S), (0.25, 0.05, 60)),
    ((store_room.LEASE_MS, store_room.AGAIN_S), (120 * SECOND, 30)),
    (store_room.GRADES, {Room.LOW: 4, Room.TIGHT: 3, Room.FULL: 2}),
    (store_room.BROKER_GRADES, {broker_store.Level.HALF: 3, broker_store.Level.FULL: 2}),
    ((retention.SMALL_ROOM, retention.DAY_MS), (5 * GIB, DAY)),
    ((rollup.MINUTE_MS, rollup.HOUR_MS), (MINUTE, HOUR)),
    ((rollup.GRACE_MS, rollup.AHEAD_MS), (20 * SECOND, 10 * MINUTE)),
    # The broker's store.
    ((broker_store.WINDOW_S, broker_store.SHORTEST_S), (600, 60)),
    ((broker_store.SAMPLES_MOST, broker_store.LONGEST_H), (240, 999)),
    # Proofs of gateways.
    ((conformance.SKEW_MOST_MS, conformance.FEWEST_SECONDS), (2 * SECOND, 3)),
    (conformance.BOOK_MS, 2 * SECOND),
    ((conformance_evidence.NAMED, conformance_evidence.TIMES_MOST), (10, 5_000)),
    ((conformance_evidence.STEADY_MS, conformance_evidence.SOON_MS), (SECOND, 2 * SECOND)),
    # Gases and units.
    (concentration.MOLAR_VOLUME_AT_ZERO, 22.414),
    ((concentration.PPM_PER_PERCENT, concentration.ROUNDING), (10_000, 0.05)),
    ((gas.MOLAR_MASS_OF_AIR, gas.HEAVY, gas.LIGHT), (28.96, 1.2, 0.8)),
    # NAMUR NE 43: 3.8 to 20.5 mA measure, 3.6 and 21 mA tell a failure; 4 to 20 mA is the range.
    (
        (
            signal_band.FAILS_LOW,
            signal_band.MEASURES_FROM,
            signal_band.MEASURES_TO,
            signal_band.FAILS_HIGH,
        ),
        (3.6, 3.8, 20.5, 21.0),
    ),
    ((signal_band.ZERO, signal_band.SPAN), (4, 16)),
    # Detectors: how much must have been seen before anything is said.
    ((slope.FEWEST_SAMPLES, slope.MOST_SAMPLES, slope.SURE), (5, 40, 1.96)),
    ((stuck.FEWEST_SAMPLES, stuck.COVERED), (10, 0.9)),
    (deviation.FEWEST_FRESH, 2),
    (rate_of_change.FEWEST_SAMPLES, 2),
    (forecast.COVERED, 0.8),
    # Grades: red, orange, yellow.
    ((template.RED, template.ORANGE, template.YELLOW), (1, 2, 3)),
    (risk.MOST, 100),
]


@pytest.mark.parametrize("place", range(len(PROMISED)))
def test_it_is_worth_what_was_promised(place: int) -> None:
    found, promised = PROMISED[place]
    assert found == promised
