"""Cases 43 to 57: times, and the identity of messages."""

from collections.abc import Iterator
from itertools import chain

from services.domain.reading import ReadingFlag
from tests.corpus.case import GAS, LOCK, NEIGHBOUR, RECEIVED_AFTER_MS, Case, Payload, Stored
from tests.corpus.formats import seconds

DAY = 86_400_000
YEAR = 365 * DAY
NO_TIME, FUTURE, OLD = ReadingFlag.NO_TIME, ReadingFlag.FUTURE, ReadingFlag.OLD


def _timed(leaf: str, ts: str, gas: float = 12.25) -> Payload:
    """A message whose time is a JSON text; `{at}` and `{s}` in it stand for the case's own."""

    def payload(at: int) -> bytes:
        time, values = ts.format(at=at, s=seconds(at)), f'{{"{GAS}":{gas},"{LOCK}":true}}'
        match leaf:
            case "telemetry":
                return f'{{"ts":{time},"values":{values}}}'.encode()
            case "neuron":
                return f'{{"timestamp":{time},"values":{values}}}'.encode()
            case "tb":
                return f'{{"D":[{{"ts":{time},"values":{values}}}]}}'.encode()
        more = f'{{"n":"{LOCK}","vb":true}}]'
        return f'[{{"bt":{time},"n":"{GAS}","v":{gas}}},{more}'.encode()

    return payload


def _none() -> Iterator[Case]:
    """Each with a value of its own: what is told apart by no time may come in one millisecond."""
    bare = {
        "telemetry": '{{"values":{{"GT-101":{0},"ESD-301":true}}}}',
        "neuron": '{{"values":{{"GT-101":{0},"ESD-301":true}}}}',
        "tb": '{{"D":[{{"GT-101":{0},"ESD-301":true}}]}}',
        "senml": '[{{"n":"GT-101","v":{0}}},{{"n":"ESD-301","vb":true}}]',
    }
    for gas, (leaf, text) in enumerate(bare.items(), 61):
        payload = _fixed(text.format(gas).encode())
        yield Case(43, "no time", leaf, payload, _untimed(gas))
    for gas, leaf in enumerate(("telemetry", "neuron", "tb"), 71):
        yield Case(43, "null for a time", leaf, _timed(leaf, "null", gas), _untimed(gas))
    ago = _untimed(81, RECEIVED_AFTER_MS - 5_000)
    yield Case(43, "five seconds ago", "senml", _timed("senml", "-5", 81), ago)
    yield Case(43, "zero is now", "senml", _timed("senml", "0", 82), _untimed(82))


def _untimed(gas: float, shift: int | None = None) -> tuple[Stored, ...]:
    return tuple(
        Stored(tag, value, flags=NO_TIME, shift=shift) for tag, value in ((GAS, gas), (LOCK, 1.0))
    )


def _fixed(payload: bytes) -> Payload:
    return lambda _at: payload


REFUSED = (
    (44, "no offset", '"2026-01-04T16:00:00"', "no offset"),
    (45, "a date", '"2026-01-01"', "is no time"),
    (46, "seconds", "1767225600", "looks like seconds"),
    (46, "microseconds", "1767225600000000", "looks like microseconds"),
    (46, "nanoseconds", "1767225600000000000", "looks like nanoseconds"),
    (47, "epoch as text", '"1767225600"', "is no time"),
    (48, "zero", "0", "more than 10 years"),
    (48, "minus one", "-1", "more than 10 years"),
    (48, "year 1", '"0001-01-01T00:00:00Z"', "more than 10 years"),
    (48, "year 9999", '"9999-12-31T23:59:59Z"', "more than 10 years"),
    (48, "year 0", '"0000-01-01T00:00:00Z"', "does not exist"),
    (49, "infinity", '"infinity"', "is no time"),
    (49, "Infinity", "Infinity", "is no number"),
    (50, "leap second", '"2026-06-30T23:59:60Z"', "does not exist"),
    (51, "offset 25", '"2026-01-04T16:00:00+25:00"', "does not exist"),
    (51, "two offsets", '"2026-01-04T16:00:00Z+08:00"', "no offset"),
    (51, "hour 24", '"2026-01-04T24:00:00Z"', "does not exist"),
    (52, "29 February", '"2026-02-29T00:00:00Z"', "does not exist"),
    (52, "31 April", '"2026-04-31T00:00:00Z"', "does not exist"),
)
REFUSED_BY_SENML = (
    (44, "text", '"2026-01-04T16:00:00"', "is no time, send a number"),
    (46, "milliseconds", "1767225600000", "SenML's times are in seconds"),
    (47, "epoch as text", '"1767225600"', "is no time, send a number"),
    (48, "thirty years ago", "-946080000", "SenML's times are in seconds"),
    (48, "year 9999", "253402300799", "SenML's times are in seconds"),
    (49, "Infinity", "Infinity", "is no number"),
    (49, "1e400", "1e400", "beyond every number"),
    (49, "1e308", "1e308", "is no number"),
    (49, "true", "true", "is no time"),
)


def _refused() -> Iterator[Case]:
    for leaf in ("telemetry", "neuron", "tb"):
        for number, what, text, word in REFUSED:
            yield Case(number, what, leaf, _timed(leaf, text), refused=word)
    for number, what, text, word in REFUSED_BY_SENML:
        yield Case(number, what, "senml", _timed("senml", text), refused=word)
    one = f'{{"values":{{"{GAS}":{{"v":1,"ts":"2026-01-01"}},"{LOCK}":true}}}}'.encode()
    kept = (Stored(LOCK, 1.0, flags=NO_TIME, shift=None),)
    yield Case(45, "a date inside a value", "telemetry", _fixed(one), kept, refused="is no time")


def _off() -> Iterator[Case]:
    """Flagged, and kept as they are."""
    for number, what, shift, flags in (
        (53, "1 s ahead", 1_000, ReadingFlag.NONE),
        (53, "10 s ahead", 10_000, FUTURE),
        (53, "1 h ahead", 3_600_000, FUTURE),
        (53, "9 years ahead", 9 * YEAR, FUTURE),
        (54, "1 h ago", -3_600_000, ReadingFlag.NONE),
        (54, "8 days ago", -8 * DAY, OLD),
        (54, "9 years ago", -9 * YEAR, OLD),
    ):
        stored = tuple(
            Stored(tag, value, flags=flags, shift=shift)
            for tag, value in ((GAS, 12.25), (LOCK, 1.0))
        )
        for leaf in ("telemetry", "neuron", "tb", "senml"):
            yield Case(number, what, leaf, _shifted(leaf, shift), stored)
    for number, what, shift in (
        (53, "11 years ahead", 11 * YEAR),
        (54, "11 years ago", -11 * YEAR),
    ):
        for leaf in ("telemetry", "neuron", "tb", "senml"):
            word = "more than 10 years off"
            yield Case(number, what, leaf, _shifted(leaf, shift), refused=word)


def _shifted(leaf: str, shift: int) -> Payload:
    text = "{s}" if leaf == "senml" else "{at}"
    return lambda at: _timed(leaf, text)(at + shift)


def _identities() -> Iterator[Case]:
    def numbered(more: str) -> Payload:
        return lambda at: f'{{"ts":{at},{more},"values":{{"{GAS}":1,"{LOCK}":true}}}}'.encode()

    both = (Stored(GAS, 1.0), NEIGHBOUR)
    yield Case(
        55, "two values of one instant", "telemetry", _twice, (Stored(GAS, 1.0), Stored(GAS, 2.0))
    )
    for what, seq in (
        ("seq 0", "0"),
        ("seq 2^31", "2147483648"),
        ("seq 2^63 - 1", "9223372036854775807"),
        ("seq jumps", "1000042"),
        ("seq backwards", "7"),
    ):
        yield Case(56, what, "telemetry", numbered(f'"boot":"f3a9","seq":{seq}'), both)
    for what, seq in (
        ("seq 2^63", "9223372036854775808"),
        ("negative seq", "-1"),
        ("text for a seq", '"42"'),
        ("seq 1.5", "1.5"),
        ("true for a seq", "true"),
    ):
        payload = numbered(f'"boot":"f3a9","seq":{seq}')
        yield Case(56, what, "telemetry", payload, refused="seq ")
    yield Case(57, "boot again", "telemetry", numbered('"boot":"f3a9","seq":1'), both)
    yield Case(
        57,
        "boot again, and in it a number again that says something else",
        "telemetry",
        _reused,
        (_untimed(91)[0], _untimed(92)[0]),
    )
    for what, boot in (("empty", '""'), ("list", "[]"), ("NUL", '"a\\u0000"')):
        payload = numbered(f'"boot":{boot},"seq":1')
        yield Case(57, f"{what} boot", "telemetry", payload, refused="boot ")


def _reused(_at: int) -> bytes:
    one, two = (f'{{"boot":"f3a9","seq":9,"values":{{"{GAS}":{gas}}}}}' for gas in (91, 92))
    return f"[{one},{two}]".encode()


def _twice(at: int) -> bytes:
    one, two = (f'{{"ts":{at},"values":{{"{GAS}":{value}}}}}' for value in (1, 2))
    return f"[{one},{two}]".encode()


TIMES = tuple(chain(_none(), _refused(), _off(), _identities()))
