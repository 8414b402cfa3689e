"""What ingest sets aside, on either kind of store: how a proof fills it and what it finds there."""

from dataclasses import dataclass

from services.domain.directory import Directory
from services.domain.letter_cap import LetterCap
from services.domain.point import Point, PointKind
from services.domain.reading_count import ReadingCount
from services.runtime.feed import Delivery
from services.store.day_sheet import DaySheet, utc_day
from services.store.intake import Intake, Parcel
from services.store.letter_request import LetterFilter
from services.store.memory_intake import MemoryIntake
from services.store.memory_set_aside import MemorySetAside
from services.store.set_aside import SetAside
from services.wire.translate import translate
from tests.living.ingest_alone import Tables

NOW = 1_795_000_000_000
DAY = 86_400_000
CAP = LetterCap(letters=3, size=1_000)
OWNER = ("acme", "g")
TOPIC = "pw/v1/acme/g/telemetry"


@dataclass(slots=True)
class Subject:
    """Both ports under test, and what they hold."""

    intake: Intake
    set_aside: SetAside
    directory: Directory
    tables: Tables | None

    def parcel(
        self,
        payload: str,
        at: int = NOW,
        apart: bool = False,
        again: bool = False,
        gateway: str = OWNER[1],
    ) -> Parcel:
        raw, topic = payload.encode(), f"pw/v1/acme/{gateway}/telemetry"
        delivery = Delivery(1, 1, 1, topic, raw, at, again)
        return Parcel(delivery, translate(self.directory, topic, raw, at, again), apart)

    def register(self, number: int, tag: str, kind: PointKind = PointKind.TOXIC_GAS) -> None:
        self.directory.put(Point(number, "acme", tag, kind, "ppm"))
        if self.tables is not None:
            self.tables.register(number, tag, kind)

    def unregister(self, number: int) -> None:
        self.directory.remove(self.directory.by_id[number])
        if self.tables is not None:
            self.tables.run("DELETE FROM point WHERE id = %s", number)

    def readings(self) -> list[tuple[int, float | None, int, int]]:
        """Point, value, measured and received (epoch ms) of what is stored, in order."""
        if self.tables is not None:
            rows = self.tables.rows(
                "SELECT point_id, value, round(extract(epoch FROM measured_at) * 1000)::bigint,"
                " round(extract(epoch FROM received_at) * 1000)::bigint FROM reading"
            )
            return sorted((a, b, int(c), int(d)) for a, b, c, d in rows)
        assert isinstance(self.intake, MemoryIntake)
        held = self.intake.readings.values()
        return sorted((e.point_id, e.value, e.measured_at, e.received_at) for e in held)

    def qualities(self) -> list[int]:
        """Of what is stored, by its time."""
        if self.tables is not None:
            rows = self.tables.rows("SELECT quality FROM reading ORDER BY measured_at, value")
            return [int(quality) for (quality,) in rows]
        assert isinstance(self.intake, MemoryIntake)
        held = sorted(self.intake.readings.values(), key=lambda each: each.measured_at)
        return [int(each.quality) for each in held]

    def reasons(self) -> list[str]:
        """Of the dead letters that are not used up, in order."""
        if self.tables is not None:
            query = "SELECT reason FROM dead_letter WHERE reprocessed_at IS NULL ORDER BY id"
            return [reason for (reason,) in self.tables.rows(query)]
        assert isinstance(self.intake, MemoryIntake)
        assert isinstance(self.set_aside, MemorySetAside)
        used = self.set_aside.reprocessed
        return [each.reason for each in self.intake.letters if each not in used]

    def sizes(self) -> list[int]:
        """Of the dead letters as they came, in bytes."""
        if self.tables is not None:
            return [
                size for (size,) in self.tables.rows("SELECT size FROM dead_letter ORDER BY id")
            ]
        assert isinstance(self.intake, MemoryIntake)
        return [each.size for each in self.intake.letters]

    def let_kept_go(self, past: int) -> None:
        """What was measured before `past` (epoch ms) of unregistered tags goes, as by retention."""
        if self.tables is not None:
            query = "DELETE FROM unregistered_reading WHERE measured_at < to_timestamp(%s / 1000.0)"
            self.tables.run(query, past)
            return
        assert isinstance(self.intake, MemoryIntake)
        sheet = DaySheet()
        for (enterprise, _), entry in self.intake.tags.items():
            for sender, value in zip(entry.senders, entry.kept, strict=True):
                if value.measured_at < past:
                    sheet.let_go((enterprise, sender, utc_day(value.received_at)))
            left = [
                pair
                for pair in zip(entry.senders, entry.kept, strict=True)
                if pair[1].measured_at >= past
            ]
            entry.senders, entry.kept = [a for a, _ in left], [b for _, b in left]
        self.intake.ledger.add(sheet.cells)

    def dropped(self) -> tuple[int, int]:
        """Letters and bytes that the cap dropped."""
        if self.tables is not None:
            query = "SELECT sum(dropped), sum(dropped_bytes) FROM dead_letter_day"
            ((letters, size),) = self.tables.rows(query)
            return int(letters), int(size)
        assert isinstance(self.intake, MemoryIntake)
        days = self.intake.days.values()
        return sum(each.dropped for each in days), sum(each.dropped_size for each in days)

    def ask(self, wanted: LetterFilter) -> None:
        """Somebody wants letters read again."""
        if self.tables is None:
            assert isinstance(self.set_aside, MemorySetAside)
            self.set_aside.ask(wanted)
            return
        self.tables.run(
            "INSERT INTO letter_request"
            " (enterprise, asked_by, ids, gateway, topic, reason, since, until, last_id)"
            " SELECT %s, 'somebody', %s::bigint[], %s, %s, %s, %s, %s,"
            " (SELECT max(id) FROM dead_letter)",
            wanted.enterprise,
            None if wanted.ids is None else list(wanted.ids),
            wanted.gateway,
            wanted.topic,
            wanted.reason,
            wanted.since,
            wanted.until,
        )

    def progress(self) -> list[tuple[int, int, int, bool]]:
        """Letters examined and used, readings stored, and whether it is done, of each wish."""
        if self.tables is None:
            assert isinstance(self.set_aside, MemorySetAside)
            wishes = self.set_aside.wishes
            return [(e.examined, e.used, e.stored, e.finished) for e in wishes]
        query = (
            "SELECT examined, used, stored, finished_at IS NOT NULL FROM letter_request ORDER BY id"
        )
        return [(a, b, c, d) for a, b, c, d in self.tables.rows(query)]

    def apart(self) -> int:
        """Messages kept apart."""
        if self.tables is not None:
            return self.tables.count("diverted")
        assert isinstance(self.intake, MemoryIntake)
        return len(self.intake.apart)

    def events(self) -> list[tuple[str, str]]:
        """Kind and gateway of the events told."""
        if self.tables is not None:
            rows = self.tables.rows("SELECT kind, gateway FROM gateway_event ORDER BY id")
            return [(a, b) for a, b in rows]
        assert isinstance(self.set_aside, MemorySetAside)
        return [(each.kind.value, each.owner[1]) for each in self.set_aside.events]

    def conflicts(self) -> dict[str, int]:
        """Values stored beside another of the same point and instant, by gateway."""
        if self.tables is not None:
            query = "SELECT gateway, conflicts FROM gateway_vitals WHERE conflicts > 0"
            return {row[0]: row[1] for row in self.tables.rows(query)}
        assert isinstance(self.intake, MemoryIntake)
        return {gateway: n for (_, gateway), n in self.intake.conflicts.items() if n}

    def figures(self) -> list[ReadingCount]:
        """The figures of each gateway's day."""
        if self.tables is not None:
            query = (
                "SELECT messages, received, stored, duplicates, dead_letters, waiting, apart,"
                " not_kept FROM gateway_day ORDER BY gateway, day"
            )
            return [ReadingCount(*row) for row in self.tables.rows(query)]
        assert isinstance(self.intake, MemoryIntake)
        days = self.intake.ledger.days
        return [days[cell] for cell in sorted(days)]

    def sums(self) -> dict[str, int]:
        """The figures of all days together; received is the sum of the rest."""
        names = ("received", "stored", "duplicates", "dead_letters", "waiting", "apart", "not_kept")
        if self.tables is not None:
            columns = ", ".join(f"coalesce(sum({name}), 0)" for name in names)
            ((*found,),) = self.tables.rows(f"SELECT {columns} FROM gateway_day")
        else:
            assert isinstance(self.intake, MemoryIntake)
            days = self.intake.ledger.days.values()
            found = [sum(getattr(day, name) for day in days) for name in names]
        return {name: int(value) for name, value in zip(names, found, strict=True) if value}

    async def take_all_in(self, messages: int = 100) -> int:
        """Take in until nothing is left; how many messages that were."""
        total = 0
        while True:
            taken = await self.set_aside.take_in(self.directory, messages, 10_000)
            total += sum(each.messages for each in taken.by_gateway.values())
            if taken.oldest is None:
                return total

    async def read_all_again(self, letters: int = 100) -> None:
        while await self.set_aside.reprocess(self.directory, letters):
            pass
