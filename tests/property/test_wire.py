"""Whatever a gateway sends, the decoders answer with values and reasons, never with a crash."""

import json
import math

from hypothesis import example, given
from hypothesis import strategies as st

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.wire import document
from services.wire.leaf import DECODERS
from services.wire.native import decode_state
from services.wire.telemetry import Poison
from services.wire.translate import translate

NOW = 1_767_542_400_000

numbers = st.floats() | st.integers() | st.integers(-(10**320), 10**320)
leaves = st.none() | st.booleans() | numbers | st.text(max_size=20)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
message = st.fixed_dictionaries(
    {"values": st.dictionaries(st.sampled_from(["G", "E", "x", ""]) | st.text(), anything)},
    optional={"ts": anything, "boot": anything, "seq": anything},
)


def directory() -> Directory:
    book = Directory()
    book.put(Point(1, "a", "G", PointKind.TOXIC_GAS, "ppm", 0.0, 50.0))
    book.put(Point(2, "a", "E", PointKind.INTERLOCK, "1"))
    return book


BOOK = directory()


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
@example(b'{"values":{"G":{"v":1,"ts":99999999999999999999999999}}}')
def test_bytes_are_read_or_poison(payload: bytes) -> None:
    reasons = []
    for decode in (*DECODERS.values(), decode_state):
        try:
            decode(payload)
        except Poison as poison:
            reasons.append(poison.reason)

    assert all(reason.endswith(".") for reason in reasons)


@given(message | st.lists(message, max_size=3) | anything)
def test_json_of_any_shape_is_translated_or_refused(shape: object) -> None:
    payload = json.dumps(shape).encode()

    found = translate(BOOK, "pw/v1/a/g/telemetry", payload, NOW)

    for reading in found.readings:
        assert reading.value is None or math.isfinite(reading.value)
        assert reading.value is not None or reading.quality == 2
    for kept in found.unregistered:
        assert kept.tag.isprintable()
        assert kept.number is None or math.isfinite(kept.number)
    if found.reason is not None:
        found.reason.encode("utf-8")
        assert "\x00" not in found.reason
        assert len(found.reason) <= 1000


@given(st.text(), st.binary(max_size=20))
def test_any_topic_is_answered(topic: str, payload: bytes) -> None:
    found = translate(BOOK, topic, payload, NOW)

    assert found.enterprise.isascii()
    if found.reason is not None:
        found.reason.encode("utf-8")


@given(message, st.booleans())
def test_fast_and_slow_reading_agree(shape: object, ascii_only: bool) -> None:
    """What the fast parser reads, the slow one reads the same, marks aside."""
    text = json.dumps(shape, ensure_ascii=ascii_only, allow_nan=False) if _finite(shape) else "{}"
    payload = text.encode("utf-8", "replace")

    parsed, transcoded = document.parse(payload)

    assert _plain(parsed) == _plain(json.loads(payload))
    assert not transcoded


@given(st.dictionaries(st.text(), st.integers(), min_size=1), st.data())
def test_a_key_given_twice_never_passes(pairs: dict[str, int], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(sorted(pairs)))
    members = [*pairs.items(), (again, 0)]
    escape = data.draw(st.booleans())
    text = ",".join(f"{json.dumps(k, ensure_ascii=escape)}:{v}" for k, v in members)

    parsed, _ = document.parse(
        ("{" + text + "}").encode("utf-8", "surrogatepass" if escape else "replace")
    )

    assert isinstance(parsed, dict)
    assert any(isinstance(value, document.Unusable) for value in parsed.values())


def _finite(shape: object) -> bool:
    if isinstance(shape, float):
        return math.isfinite(shape)
    if isinstance(shape, dict):
        return all(map(_finite, shape.values()))
    return all(map(_finite, shape)) if isinstance(shape, list) else True


def _plain(shape: object) -> object:
    """Huge integers may come as marks, floats or integers: compare them as text of a float."""
    if isinstance(shape, dict):
        return {key: _plain(value) for key, value in shape.items()}
    if isinstance(shape, list):
        return [_plain(value) for value in shape]
    return shape
