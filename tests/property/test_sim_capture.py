"""Whatever was published: a capture gives it back, and packets come out however they were cut."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from device_sim.message import Outgoing
from device_sim.recording.capture_file import Captured, CaptureFile, CaptureWriter
from device_sim.recording.rebase import shifted
from device_sim.transport import packet as mqtt

TOPICS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
MESSAGES = st.lists(
    st.builds(Captured, st.integers(0, 2**45), TOPICS, st.binary(max_size=60), st.booleans()),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(messages=MESSAGES, gz=st.booleans())
def test_a_capture_gives_back_what_was_written(messages: list[Captured], gz: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / ("x.gz" if gz else "x")
        with CaptureWriter(path, 0, ["#"]) as writer:
            for each in messages:
                writer.write(each)
        capture = CaptureFile(path)
        assert list(capture.messages()) == messages
        assert not capture.cut


@settings(max_examples=60, deadline=None)
@given(messages=MESSAGES, cuts=st.lists(st.integers(1, 40), max_size=20))
def test_packets_come_out_however_they_were_cut(messages: list[Captured], cuts: list[int]) -> None:
    stream = b"".join(
        mqtt.publish(Outgoing(each.topic, each.payload, each.retain), number)
        for number, each in enumerate(messages, 1)
    )
    unpacker, found = mqtt.Unpacker(), list[mqtt.Received]()
    for size in [*cuts, len(stream)]:
        found += [mqtt.received(packet) for packet in unpacker.feed(stream[:size])]
        stream = stream[size:]
    heard = [(each.topic, each.payload, each.retain, each.packet_id) for each in found]
    assert heard == [
        (each.topic, each.payload, each.retain, number) for number, each in enumerate(messages, 1)
    ]


NAMES = st.sampled_from(["ts", "timestamp", "values", "d", "v"])
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(body=BODIES, leaf=st.sampled_from(["telemetry", "neuron", "tb"]))
def test_a_shift_there_and_back_is_none(body: object, leaf: str) -> None:
    payload = json.dumps(body).encode()
    there = shifted(leaf, payload, 1_000, "b")
    if there is not None:
        assert json.loads(there) != body
        back = shifted(leaf, there, -1_000, "b")
        assert back is not None
        assert json.loads(back) == body


@settings(max_examples=60, deadline=None)
@given(payload=st.binary(max_size=60), leaf=st.sampled_from(["telemetry", "tb", "senml"]))
def test_bytes_that_are_no_message_go_as_they_were(payload: bytes, leaf: str) -> None:
    assert shifted(leaf, b"\xff" + payload, 1_000, "b") is None
