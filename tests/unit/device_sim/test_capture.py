"""A capture is byte for byte what came, and whoever plays it can tell that it is whole."""

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.clock import VirtualClock
from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import load
from device_sim.fleet.stream import Stream, run_headless
from device_sim.recording.capture_file import Captured, CaptureFile, CaptureWriter
from device_sim.recording.digest import Digest
from device_sim.recording.mosquitto_file import MosquittoFile
from device_sim.recording.playback import Voice, outline, play_back
from device_sim.recording.rebase import shifted
from device_sim.recording.replay import Pace
from device_sim.recording.row import BadRecording
from device_sim.recording.source import open_recording

VOICE = Voice("E9", "G9", "b9")
MESSAGES = [
    Captured(1_000, "pw/v1/E1/G1/state", b'{"online":true}', retain=True),
    Captured(1_500, "pw/v1/E1/G1/telemetry", '{"values":{"氯":1}}'.encode()),
    Captured(3_500, "pw/v1/E1/G1/telemetry", b"\xff\xfe not utf-8"),
    Captured(4_000, "pw/v1/E1/G1/telemetry", b""),
]


def _written(path: Path, messages: list[Captured]) -> Path:
    with CaptureWriter(path, 0, ["pw/v1/+/+/+"]) as writer:
        for each in messages:
            writer.write(each)
    return path


@pytest.mark.parametrize("name", ["x.capture", "x.capture.gz"])
def test_what_was_written_is_read_again(tmp_path: Path, name: str) -> None:
    file = CaptureFile(_written(tmp_path / name, MESSAGES))
    assert list(file.messages()) == MESSAGES
    assert not file.cut


def test_a_gap_is_told(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path / "x", 0, ["#"]) as writer:
        writer.write(MESSAGES[1])
        writer.gap(2_000, "the connection ended")
    file = CaptureFile(tmp_path / "x")
    assert len(list(file.messages())) == 1
    assert file.gaps == 1


@pytest.mark.parametrize("name", ["x", "x.gz"])
def test_a_capture_that_was_cut_plays_what_is_whole_and_says_so(tmp_path: Path, name: str) -> None:
    path = _written(tmp_path / name, MESSAGES)
    path.write_bytes(path.read_bytes()[: -40 if name == "x.gz" else -150])
    file = CaptureFile(path)
    assert list(file.messages()) == MESSAGES[: len(list(CaptureFile(path).messages()))]
    assert file.cut


def test_a_capture_that_was_changed_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path / "x", MESSAGES)
    path.write_text(path.read_text().replace('氯\\":1', '氯\\":2'))
    with pytest.raises(BadRecording, match="it was changed"):
        list(CaptureFile(path).messages())


@pytest.mark.parametrize(
    ("line", "told"),
    [("nonsense", "line 2: no JSON"), ("[1]", "line 2: no JSON object"),
     ('{"at":1}', "line 2: it has no at"), ('{"at":"1","topic":"t","text":""}', "epoch milliseconds"),
     ('{"at":1,"topic":"t","base64":"%"}', "line 2: it has no at"),
     ("[" * 100_000, "line 2: no JSON")],
)  # fmt: skip
def test_a_bad_line_is_named(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "x"
    path.write_text(f'{{"capture":1,"started_at":0}}\n{line}\n')
    with pytest.raises(BadRecording, match=told):
        list(CaptureFile(path).messages())


def test_a_played_capture_is_the_recorded_stream_under_another_name(tmp_path: Path) -> None:
    """A scenario's gateway, captured and played as itself: the same bytes in the same order."""
    spec, digest = load("quiet"), Digest()
    flow = Stream(spec, 3, "00000003", PERSONAS["native"])
    with CaptureWriter(tmp_path / "x.gz", spec.start_ms, ["#"]) as writer:
        for second in range(20):
            for key, said in flow.tick(spec.start_ms + second * 1000):
                at_ms = spec.start_ms + second * 1000
                writer.write(Captured(at_ms, said.topic, said.payload))
                if key == ("E001", "G01"):
                    digest.send(said)
    assert writer.sha256 == run_headless(spec, 3, PERSONAS["native"], 20)
    words = ["replay", str(tmp_path / "x.gz"), "--enterprise", "E001", "--gateway", "G01", "--hash"]
    refused = CliRunner().invoke(app, words)
    assert refused.exit_code == 2
    assert "gateways speak in it; name one with --from: E001/G01" in refused.output
    played = CliRunner().invoke(app, [*words, "--from", "E001/G01"])
    assert played.output.strip() == digest.sha256


def test_distances_are_kept_and_states_are_not_played(tmp_path: Path) -> None:
    clock, digest = VirtualClock(), Digest()
    file = CaptureFile(_written(tmp_path / "x", MESSAGES))
    held = outline(file, VOICE)
    assert (held.messages, held.first_ms, held.last_ms) == (3, 1_500, 4_000)
    slept = _Sleeper(clock)
    played = play_back(file, VOICE, Pace(speed=0.5), slept, clock)
    assert (played.messages, played.unshifted) == (3, 0)
    assert [at for at, _ in slept.came] == pytest.approx([0.0, 4.0, 5.0], abs=0.21)
    assert {topic for _, topic in slept.came} == {"pw/v1/E9/G9/telemetry"}
    assert digest.acknowledged == 0


class _Sleeper(Digest):
    """A sink on whose clock time passes while it is pumped."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock
        self.came: list[tuple[float, str]] = []

    def send(self, message: object) -> None:
        self.came.append((self._clock.monotonic(), message.topic))  # type: ignore[attr-defined]
        self.acknowledged += 1

    def pump(self, wait_s: float) -> None:
        self._clock.sleep(max(wait_s, 0.001))


@pytest.mark.parametrize(
    ("leaf", "payload", "moved"),
    [("telemetry", '{"ts":1000,"boot":"a","seq":1,"values":{"A":{"v":1,"ts":900}}}',
      '{"ts":1500,"boot":"b9","seq":1,"values":{"A":{"v":1,"ts":1400}}}'),
     ("telemetry", '[{"ts":1000,"values":{"A":1}},{"ts":2000,"values":{}}]',
      '[{"ts":1500,"values":{"A":1}},{"ts":2500,"values":{}}]'),
     ("neuron", '{"node":"n","timestamp":1000,"values":{"A":1}}',
      '{"node":"n","timestamp":1500,"values":{"A":1}}'),
     ("tb", '{"d":[{"ts":1000,"values":{"A":1}}]}', '{"d":[{"ts":1500,"values":{"A":1}}]}'),
     ("senml", '[{"bt":1767542400.1,"n":"A","v":1},{"n":"B","t":-2,"v":2}]',
      '[{"bt":1767542400.6,"n":"A","v":1},{"n":"B","t":-2,"v":2}]')],
)  # fmt: skip
def test_every_dialect_is_shifted_in_time(leaf: str, payload: str, moved: str) -> None:
    assert shifted(leaf, payload.encode(), 500, "b9") == moved.encode()


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"7", b'{"values":{"A":1}}', b"[" * 9_000])
def test_what_holds_no_stamp_goes_as_it_was(payload: bytes) -> None:
    assert shifted("telemetry", payload, 500, "b9") is None


def test_lines_of_mosquitto_sub_are_played(tmp_path: Path) -> None:
    told = [
        "1767542400.123456789 pw/v1/E1/G 1/telemetry fffe20",
        "1767542401.5 pw/v1/E1/G1/telemetry ",
        '{"tst":"2026-01-05T00:00:02.250000+0800","topic":"a","qos":1,"retain":1,"payload":"7"}',
        '{"tst":1767542403,"topic":"a","qos":1,"retain":0,"payload":{"v":1}}',
    ]
    path = tmp_path / "x"
    path.write_text("\n".join(told) + "\n")
    file = open_recording(path)
    assert isinstance(file, MosquittoFile)
    assert list(file.messages()) == [
        Captured(1_767_542_400_123, "pw/v1/E1/G 1/telemetry", b"\xff\xfe "),
        Captured(1_767_542_401_500, "pw/v1/E1/G1/telemetry", b""),
        Captured(1_767_542_402_250, "a", b"7", retain=True),
        Captured(1_767_542_403_000, "a", b'{"v":1}'),
    ]
    path.write_text(told[0] + "\nwhat\n")
    with pytest.raises(BadRecording, match="line 2: neither"):
        list(MosquittoFile(path).messages())


def test_a_line_that_is_nested_without_end_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x"
    deep = "[" * 100_000
    path.write_text(f'{{"tst":{deep}\n')
    with pytest.raises(BadRecording, match="line 1: neither"):
        list(MosquittoFile(path).messages())


def test_topics_of_another_platform_need_a_dialect(tmp_path: Path) -> None:
    file = CaptureFile(_written(tmp_path / "x", [Captured(1, "plant/7", b"[]")]))
    with pytest.raises(BadRecording, match="--leaf"):
        outline(file, VOICE)
    assert outline(file, Voice("E9", "G9", "b", leaf="senml")).messages == 1


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    with pytest.raises(BadRecording, match="cannot be made"):
        CaptureWriter(tmp_path / "x", 0, [])


def test_a_gzipped_capture_is_plain_lines(tmp_path: Path) -> None:
    path = _written(tmp_path / "x.gz", MESSAGES)
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert lines[0]["capture"] == 1
    assert lines[3]["base64"] == "//4gbm90IHV0Zi04"
    assert lines[-1]["end"]["messages"] == 4
