"""How one value, with a good neighbour beside it, is written in each format."""

from collections.abc import Callable, Iterator

from tests.corpus.case import GAS, LOCK, NEIGHBOUR, Case, Payload, Stored

Writer = Callable[[str, str], Payload]
"""From a tag (as JSON text without quotes) and a value (as JSON) to a payload."""


def seconds(at: int) -> str:
    """Epoch milliseconds as SenML's seconds."""
    return f"{at // 1000}.{at % 1000:03d}"


def native(tag: str, value: str) -> Payload:
    return lambda at: f'{{"ts":{at},"values":{{"{tag}":{value},"{LOCK}":true}}}}'.encode()


def neuron_values(tag: str, value: str) -> Payload:
    return lambda at: (
        f'{{"timestamp":{at},"node":"n","group":"g","values":{{"{tag}":{value},"{LOCK}":true}},'
        '"errors":{},"metas":{}}'
    ).encode()


def neuron_tags(tag: str, value: str) -> Payload:
    return lambda at: (
        f'{{"timestamp":{at},"node":"n","group":"g","tags":[{{"name":"{tag}","value":{value}}},'
        f'{{"name":"{LOCK}","value":true}}]}}'
    ).encode()


def thingsboard(tag: str, value: str) -> Payload:
    return lambda at: (
        f'{{"Device A":[{{"ts":{at},"values":{{"{tag}":{value},"{LOCK}":true}}}}]}}'.encode()
    )


def senml(tag: str, value: str) -> Payload:
    label = "vs" if value.startswith('"') else "v"
    return lambda at: (
        f'[{{"bt":{seconds(at)},"n":"{tag}","{label}":{value}}},{{"n":"{LOCK}","vb":true}}]'.encode()
    )


WRITERS: tuple[tuple[str, Writer], ...] = (
    ("telemetry", native),
    ("neuron", neuron_values),
    ("neuron", neuron_tags),
    ("tb", thingsboard),
    ("senml", senml),
)
LEAVES = ("telemetry", "neuron", "tb", "senml")


def value_refused(
    number: int, what: str, value: str, word: str, senml_word: str | None = None
) -> Iterator[Case]:
    """A bad value in every format: refused with its reason, its neighbour stored."""
    for leaf, write in WRITERS:
        expected = senml_word if leaf == "senml" and senml_word is not None else word
        yield Case(number, what, leaf, write(GAS, value), (NEIGHBOUR,), refused=expected)


def value_stored(number: int, what: str, value: str, *stored: Stored) -> Iterator[Case]:
    """A value that looks odd and is good, in every format."""
    for leaf, write in WRITERS:
        yield Case(number, what, leaf, write(GAS, value), (*stored, NEIGHBOUR))


def tag_refused(number: int, what: str, tag: str) -> Iterator[Case]:
    """A name (JSON text) that is no tag, in every format."""
    for leaf, write in WRITERS:
        word = "a tag has 1 to 128 printable characters"
        yield Case(number, what, leaf, write(tag, "1"), (NEIGHBOUR,), refused=word)


def tag_listed(number: int, what: str, tag: str, written: str) -> Iterator[Case]:
    """A name that may be strange, and is kept as it is among the unregistered, in every format."""
    for leaf, write in WRITERS:
        yield Case(number, what, leaf, write(written, "1"), (NEIGHBOUR,), unregistered=(tag,))


def whole(number: int, what: str, payload: bytes, word: str | tuple[str, ...]) -> Iterator[Case]:
    """A payload of which nothing can be used; a word for each leaf, or one for all."""
    words = (word,) * 4 if isinstance(word, str) else word
    for leaf, expected in zip(LEAVES, words, strict=True):
        yield Case(number, what, leaf, lambda _at: payload, refused=expected)
