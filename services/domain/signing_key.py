"""Keys that sign and seal, and how one follows the other: for a while both are good.

A file holds a key a line. The first signs; behind each of the others stands when it was relieved
(epoch ms). What was signed by a relieved key is good for as long as it would have been.
"""

from dataclasses import dataclass

LEAST = 32
"""Characters of a key."""
MOST = 8
"""Keys in a file; the ones relieved longest ago go."""


class BadKeys(ValueError):
    """These are no keys; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """`relieved_at`: when another one took over (epoch ms); None: it signs."""

    secret: str
    relieved_at: int | None = None

    def is_good(self, at: int, lifetime_ms: int) -> bool:
        """Whether something that lives so long and was signed by it may still be in force."""
        return self.relieved_at is None or at < self.relieved_at + lifetime_ms


def parse_keys(text: str) -> tuple[SigningKey, ...]:
    """The keys of such a file, the one that signs first. Raises BadKeys."""
    found = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines()))):
        secret, _, relieved = line.partition(" ")
        if len(secret) < LEAST:
            raise BadKeys(f"a key is too short: it needs at least {LEAST} random characters")
        if bool(relieved) != bool(number) or (relieved and not relieved.isdecimal()):
            raise BadKeys("behind each key but the first stands when it was relieved (epoch ms)")
        found.append(SigningKey(secret, int(relieved) if relieved else None))
    if not found:
        raise BadKeys("there is no key")
    return tuple(found[:MOST])


def written(keys: tuple[SigningKey, ...]) -> str:
    """As parse_keys reads them."""
    return "\n".join(
        key.secret if key.relieved_at is None else f"{key.secret} {key.relieved_at}"
        for key in keys[:MOST]
    )


def relieved(
    keys: tuple[SigningKey, ...], secret: str, at: int, *, at_once: bool = False
) -> tuple[SigningKey, ...]:
    """Another key signs from now on. `at_once`: nothing that the others signed is good any more;
    what they sealed can still be opened."""
    when = 0 if at_once else at
    olds = [
        SigningKey(key.secret, when if key.relieved_at is None or at_once else key.relieved_at)
        for key in keys
    ]
    return (SigningKey(secret), *olds)[:MOST]
