"""The operators' desk: every alarm that is not closed by its id, and those closed lately."""

import heapq

from services.alerts.engine_board import Board
from services.alerts.engine_match import Known
from services.alerts.engine_outcome import Refused
from services.domain import event
from services.domain.canary import ENTERPRISE as CANARY
from services.domain.point import Point

REMEMBERED = 10_000
"""How many closed alarms are remembered, to say that they are closed; older ones are unknown."""


class Desk:
    """Alarms by id. The boards own them; the desk finds them."""

    def __init__(self) -> None:
        self.open: dict[str, Known] = {}
        self.closed: dict[str, str] = {}
        self.off: set[str] = set()
        """Those that are off the board."""
        self._of_point: dict[int, set[str]] = {}
        self._due: dict[str, int] = {}
        self._dues: list[tuple[int, str]] = []

    def take(self, board: Board) -> None:
        """Bring the list in line with a point's board."""
        mine = {known.alarm.id: known for known in board.known if event.is_open(known.alarm)}
        for gone in self._of_point.get(board.point.id, set()) - mine.keys():
            self.open.pop(gone, None)
            self._close(gone, board.point.enterprise)
        self.open.update(mine)
        for known in mine.values():
            self._file(known)
        if mine:
            self._of_point[board.point.id] = set(mine)
        else:
            self._of_point.pop(board.point.id, None)

    def leave(self, point: Point) -> None:
        """A point has no alarm any more."""
        for gone in self._of_point.pop(point.id, ()):
            self.open.pop(gone, None)
            self._close(gone, point.enterprise)

    def put(self, known: Known) -> None:
        """An alarm that is on no point's board, as it is now."""
        if event.is_open(known.alarm):
            self.open[known.alarm.id] = known
            self._file(known)
        else:
            self.note(known)

    def note(self, known: Known) -> None:
        """One alarm changed; if it closed by that, it leaves the list."""
        alarm = known.alarm
        if event.is_open(alarm):
            self._file(known)
            return
        self.open.pop(alarm.id, None)
        if alarm.point_id is not None:
            self._of_point.get(alarm.point_id, set()).discard(alarm.id)
        self._close(alarm.id, alarm.enterprise)

    def refusal(self, identity: str, enterprises: set[str] | None) -> Refused | None:
        """Why an alarm cannot be acknowledged (None: it can, or is already)."""
        known = self.open.get(identity)
        owner = known.alarm.enterprise if known else self.closed.get(identity)
        if owner is None or (enterprises is not None and owner not in enterprises):
            return Refused(identity, "not_found", "There is no open alarm with this id.")
        if known is None:
            return Refused(identity, "not_open", "This alarm is closed already.")
        return None

    def take_due(self, now: int) -> list[Known]:
        """The alarms to which something happens by itself, whose time has come; told once."""
        found: list[Known] = []
        while self._dues and self._dues[0][0] <= now:
            at, identity = heapq.heappop(self._dues)
            if self._due.get(identity) != at:
                continue
            del self._due[identity]
            if identity in self.open:
                found.append(self.open[identity])
        return found

    def _file(self, known: Known) -> None:
        """Keep the indexes of an open alarm right."""
        alarm = known.alarm
        if alarm.off is None:
            self.off.discard(alarm.id)
        else:
            self.off.add(alarm.id)
        due = event.due(alarm)
        if due == self._due.get(alarm.id):
            return
        if due is None:
            del self._due[alarm.id]
            return
        self._due[alarm.id] = due
        heapq.heappush(self._dues, (due, alarm.id))
        if len(self._dues) > 4 * len(self._due) + 1_000:
            self._dues = [(at, identity) for identity, at in self._due.items()]
            heapq.heapify(self._dues)

    def _close(self, identity: str, enterprise: str) -> None:
        self.off.discard(identity)
        self._due.pop(identity, None)
        if enterprise == CANARY:
            return
        self.closed.pop(identity, None)
        self.closed[identity] = enterprise
        while len(self.closed) > REMEMBERED:
            del self.closed[next(iter(self.closed))]
