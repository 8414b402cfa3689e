"""What an engine would say: alarms, events, snapshots, made by a small model of one."""

import random
from dataclasses import dataclass, field

import msgspec

from services.wire.bus import AlarmEvent, AlarmEvents, AlarmItem, SnapshotChunk, ValueFrame


def alarm(number: int, enterprise: str = "north", **fields: object) -> AlarmItem:
    """An alarm; number sorts its id and its time."""
    plain = AlarmItem(
        id=f"a{number:04d}",
        enterprise=enterprise,
        point_id=number,
        tag=f"GT-{number}",
        direction="high",
        rule="r1",
        rule_version=1,
        condition="HH",
        limit=50.0,
        grade=1,
        state="unacknowledged",
        value=55.0,
        raised_at=1_767_225_600_000 + number,
        received_at=1_767_225_600_000 + number,
        kind="combustible_gas",
        unit="%LEL",
    )
    return msgspec.structs.replace(plain, **fields)


@dataclass
class ModelEngine:
    """The truth that a replica must follow."""

    epoch: str = "e1"
    seq: int = 0
    recorded_seq: int = 0
    open: dict[str, AlarmItem] = field(default_factory=dict)
    values: dict[int, tuple[int, float | None, int]] = field(default_factory=dict)
    frames: int = 0

    def say(self, event: str, changed: AlarmItem) -> AlarmEvents:
        """One event, as published."""
        self.seq += 1
        changed = msgspec.structs.replace(changed, event_seq=self.seq)
        if changed.closed_as is None:
            self.open[changed.id] = changed
        else:
            self.open.pop(changed.id, None)
        said = AlarmEvent(self.seq, event, changed, changed.raised_at, changed.raised_at)
        return AlarmEvents(self.epoch, [said])

    def frame(self, values: dict[int, tuple[int, float | None, int]]) -> ValueFrame:
        """Newest values, as published."""
        self.values |= values
        self.frames += 1
        return msgspec.structs.replace(as_frame(self.epoch, values), seq=self.frames)

    def snapshot(self, request_id: str, parts: int = 2) -> list[SnapshotChunk]:
        """The live state now, in parts."""
        alarms = list(self.open.values())
        return [
            SnapshotChunk(
                request_id,
                self.epoch,
                self.seq,
                self.recorded_seq,
                part,
                parts,
                alarms[part::parts],
                as_frame(self.epoch, self.values) if part == 0 else None,
                frames=self.frames,
            )
            for part in range(parts)
        ]

    def act(self, chance: random.Random) -> AlarmEvents:
        """Something that may happen next."""
        if self.open and chance.random() < 0.6:
            known = chance.choice(sorted(self.open.values(), key=lambda a: a.id))
            if chance.random() < 0.5:
                return self.say("cleared", msgspec.structs.replace(known, closed_as="cleared"))
            return self.say("acknowledged", msgspec.structs.replace(known, state="acknowledged"))
        return self.say("raised", alarm(self.seq + 1, chance.choice(["north", "south"])))


def as_frame(epoch: str, values: dict[int, tuple[int, float | None, int]]) -> ValueFrame:
    rows = list(values.items())
    return ValueFrame(
        epoch,
        [n for n, _ in rows],
        [t for _, (t, _, _) in rows],
        [v for _, (_, v, _) in rows],
        [q for _, (_, _, q) in rows],
    )
