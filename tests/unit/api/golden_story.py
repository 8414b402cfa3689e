"""The golden stories of the live push, which the console's reducer is tested with, too: read with our
own structs, heard by our own replica, and said by our own hub."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from services.api.alarm_view import AlarmView, OffView
from services.api.live import message as live
from services.api.replica import Replica
from services.domain.point import STATES, PointKind
from services.wire.bus import AlarmEvent, AlarmEvents, AlarmItem, OffItem, SnapshotChunk, ValueFrame

Json = dict[str, Any]
FOLDER = Path(__file__).resolve().parents[3] / "console" / "tests" / "golden"


def stories() -> dict[str, Json]:
    """All of them by the names of their files."""
    found = sorted(FOLDER.glob("*.json"))
    return {each.stem: json.loads(each.read_text(encoding="utf-8")) for each in found}


def decoded(message: Json) -> live.ServerMessage:
    """A message as our own struct; that nothing is missing or over is for the caller to see."""
    found: live.ServerMessage
    found = msgspec.json.decode(json.dumps(message).encode(), type=live.ServerMessage)
    return found


class Listener:
    """A replica at the console's end of the line: what follows a snapshot is an epoch of its own."""

    def __init__(self, kinds: dict[str, str]) -> None:
        self.replica = Replica()
        self.snapshots = 0
        self._kinds = {int(point): PointKind(kind) for point, kind in kinds.items()}
        self._asked = "1"
        self.replica.begin_snapshot(self._asked)

    def opened(self) -> None:
        """The line was cut and is there again."""
        self._ask()

    def hear(self, message: live.ServerMessage) -> None:
        """One message, as our own line to the engine would take it."""
        match message:
            case live.Snapshot():
                self._take_snapshot(message)
            case live.AlarmMessage():
                event = AlarmEvent(
                    message.seq, message.event, item(message.alarm, message.seq), ms(message.at), 0
                )
                self.replica.take_events(AlarmEvents(self.epoch, [event]))
            case live.Values():
                self.replica.take_values(self._frame(message))
            case live.Resync():
                self._ask()
            case live.Recorded() | live.Floods() | live.Heartbeat():
                pass

    @property
    def epoch(self) -> str:
        return f"snapshot {self.snapshots}"

    def _ask(self) -> None:
        self._asked += "1"
        self.replica.begin_snapshot(self._asked)

    def _take_snapshot(self, said: live.Snapshot) -> None:
        self.snapshots += 1
        alarms = [item(each, 0) for each in said.alarms]
        frame = self._frame(said.points)
        self.replica.take_chunk(
            SnapshotChunk(self._asked, self.epoch, said.seq, 0, 0, 1, alarms, frame)
        )

    def _frame(self, said: live.Columns) -> ValueFrame:
        values = [self._code(*pair) for pair in zip(said.id, said.v, strict=True)]
        return ValueFrame(self.epoch, said.id, said.t, values, said.q)

    def _code(self, point: int, value: float | str | None) -> float | None:
        if isinstance(value, str):
            return float(STATES[self._kinds[point]].index(value))
        return value


def item(shown: AlarmView, event_seq: int) -> AlarmItem:
    """The alarm of which this is the view."""
    return AlarmItem(
        id=shown.id,
        enterprise=shown.enterprise,
        point_id=shown.point_id,
        tag=shown.tag,
        direction=shown.direction,
        rule=shown.rule,
        rule_version=shown.rule_version,
        condition=shown.condition,
        limit=shown.limit,
        grade=shown.grade,
        state=shown.state,
        value=shown.value,
        raised_at=ms(shown.raised_at),
        received_at=ms(shown.received_at),
        kind=shown.kind,
        unit=shown.unit,
        name=shown.name,
        name_en=shown.name_en,
        hazard_source=shown.hazard_source,
        historical=shown.historical,
        exercise=shown.exercise,
        cleared_at=None if shown.cleared_at is None else ms(shown.cleared_at),
        acknowledged_at=None if shown.acknowledged_at is None else ms(shown.acknowledged_at),
        acknowledged_by=shown.acknowledged_by,
        closed_as=shown.closed_as,
        superseded=shown.superseded,
        event_seq=event_seq,
        subject_type=shown.subject.type,
        subject_id="" if shown.subject.id == shown.tag else shown.subject.id,
        judged=shown.judged,
        off=None if shown.off_board is None else _off(shown.off_board),
        latch=shown.latch,
        first_out_rank=shown.first_out_rank,
        in_minute=3 if shown.chattering else 1,
        group=shown.group,
    )


def _off(shown: OffView) -> OffItem:
    told = {key: value for key, value in asdict(shown).items() if key != "logic_text"}
    since, until = ms(shown.since), None if shown.until is None else ms(shown.until)
    return OffItem(**(told | {"since": since, "until": until}))


def ms(text: str) -> int:
    """Epoch milliseconds of a time as we say it."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)
