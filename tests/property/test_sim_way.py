"""Whatever goes wrong on the way, no message vanishes untold, and a seed tells the same again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.way_cause import (
    CertificateExpired,
    ClockSkew,
    ClockStep,
    Delay,
    Duplicate,
    Loss,
    NotANumber,
    Offline,
    ReconnectStorm,
    Reorder,
    Truncate,
    UnknownTag,
    WayCause,
    WrongUnit,
)
from device_sim.message import Message
from device_sim.physics.chance import stream
from device_sim.way.departure import Departure, Fate
from device_sim.way.gateway_way import GatewayWay

ALL = ("E1/G1",)
SECONDS = 80
SHARE = st.floats(0.05, 1.0)


@st.composite
def causes(draw: st.DrawFn) -> WayCause:
    at_s = draw(st.integers(0, 50))
    until_s = at_s + draw(st.integers(1, 60))
    span = {"gateways": ALL, "at_s": at_s, "until_s": until_s}
    share, kept = draw(SHARE), draw(st.integers(0, 20))
    made: list[WayCause] = [
        Loss(cause="loss", share=share, **span),
        Duplicate(cause="duplicate", share=share, copies=draw(st.integers(1, 3)), **span),
        Reorder(cause="reorder", share=share, within_s=draw(st.integers(1, 20)), **span),
        Delay(cause="delay", by_s=draw(st.integers(1, 40)), **span),
        ClockStep(cause="clock_step", by_s=draw(st.integers(-9_000, 9_000)), **span),
        Offline(cause="offline", kept=kept, burst=draw(st.integers(1, 5)), **span),
        CertificateExpired(cause="certificate_expired", kept=kept, **span),
        ReconnectStorm(cause="reconnect_storm", every_s=draw(st.integers(1, 9)), **span),
        Truncate(cause="truncate", share=share, **span),
        NotANumber(cause="nan", share=share, **span),
        ClockSkew(cause="clock_skew", s_per_h=draw(st.integers(-900, 900)), **span),
        WrongUnit(cause="wrong_unit", tags=("E1/A",), **span),
        UnknownTag(cause="unknown_tag", tag="C", **span),
    ]
    return draw(st.sampled_from(made))


def told(wrong: list[WayCause], seed: int) -> list[Departure]:
    path = GatewayWay(("E1", "G1"), wrong, {}, PERSONAS["native"], stream(seed, "way"))
    gone: list[Departure] = []
    for second in range(SECONDS):
        message = Message(second * 1000, "b0", second + 1, {"A": float(second), "B": "on"})
        gone += path.carry(second + 1, message, float(second))[1]
    return gone + path.waiting()


@settings(max_examples=150, deadline=None)
@given(st.lists(causes(), max_size=5), st.integers(0, 9_999))
def test_every_message_leaves_or_is_told_to_be_lost_dropped_or_waiting(
    wrong: list[WayCause], seed: int
) -> None:
    departures = told(wrong, seed)
    first: dict[int, list[Fate]] = {}
    for each in departures:
        first.setdefault(each.said.number, []).append(each.fate)
        assert (each.outgoing is not None) == each.fate.leaves
    assert sorted(first) == list(range(1, SECONDS + 1))
    for fates in first.values():
        # It is lost before anything else can happen to it.
        assert Fate.LOST not in fates or fates == [Fate.LOST]


@settings(max_examples=40, deadline=None)
@given(st.lists(causes(), max_size=5), st.integers(0, 9_999))
def test_the_same_seed_tells_the_same(wrong: list[WayCause], seed: int) -> None:
    assert repr(told(wrong, seed)) == repr(told(wrong, seed))
