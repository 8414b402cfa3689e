"""What a batch's numbered messages are: new, repeats, or others under numbers that were given."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from services.store.bundle import Message


@dataclass(frozen=True, slots=True)
class Claims:
    """`new` were never here before. `reused` of them came under a `boot` and `seq` under which
    something else had come: their gateway took an old `boot` again, or two share one name."""

    new: set[Message] = field(default_factory=set)
    reused: set[Message] = field(default_factory=set)

    @classmethod
    def of(cls, found: Iterable[Message], new: set[Message], others: Set[Message]) -> "Claims":
        """Of the messages found, in the order they came; `others`: of which another was known."""
        reused = set[Message]()
        seen = set[tuple[str, str, str, int]]()
        for each in found:
            if each in new and (each in others or each[:4] in seen):
                reused.add(each)
            seen.add(each[:4])
        return cls(new, reused)
