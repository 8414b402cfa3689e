"""What an exported journal must hold, because it was sealed: nothing of it cut, none rewritten."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from services.domain.journal import ChainHead, JournalRow


@dataclass(slots=True)
class Witness:
    """Sealed heads to be found again; tell it the rows, then ask.

    `sealed`: (name of the seal, where each enterprise's chain ended), oldest first.
    """

    sealed: list[tuple[str, Mapping[str, ChainHead]]]
    _wanted: dict[tuple[str, int], bytes | None] = field(default_factory=dict)
    _heads: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for _, heads in self.sealed:
            self._wanted |= {(code, head.seq): None for code, head in heads.items() if head.seq}

    def watch(self, rows: Iterable[JournalRow]) -> Iterator[JournalRow]:
        """The same rows, looked at as they pass."""
        for row in rows:
            place = (row.enterprise, row.seq)
            if place in self._wanted:
                self._wanted[place] = row.hash
            self._heads[row.enterprise] = max(row.seq, self._heads.get(row.enterprise, 0))
            yield row

    def beyond(self, heads: Mapping[str, ChainHead]) -> dict[str, int]:
        """How many rows of each enterprise lie after the last one that was sealed."""
        last: dict[str, int] = {}
        for _, sealed in self.sealed:
            last |= {code: max(head.seq, last.get(code, 0)) for code, head in sealed.items()}
        rows = {code: head.seq - last.get(code, 0) for code, head in heads.items()}
        return {code: count for code, count in sorted(rows.items()) if count > 0}

    def complaints(self, enterprises: Iterable[str]) -> list[str]:
        """A sentence for each sealed row that is missing or another one; each place once."""
        asked, told, found = set(enterprises), set[tuple[str, int]](), list[str]()
        for name, heads in self.sealed:
            for code in sorted(asked & set(heads)):
                place = (code, heads[code].seq)
                if heads[code].seq == 0 or place in told:
                    continue
                complaint = self._complaint(name, code, heads[code])
                if complaint is not None:
                    told.add(place)
                    found.append(complaint)
        return found

    def _complaint(self, name: str, code: str, head: ChainHead) -> str | None:
        there = self._wanted[(code, head.seq)]
        if there == head.hash:
            return None
        if there is not None:
            return f"Row {head.seq} of {code} is not the one that {name} sealed: it was rewritten."
        end = self._heads.get(code, 0)
        if end < head.seq:
            return f"{name} sealed {code} up to row {head.seq}, and it ends at {end}: it was cut."
        return f"Row {head.seq} of {code}, which {name} sealed, is missing."
