"""The operators' desk: every alarm that is not closed by its id, and those closed lately."""

from services.alerts.engine_board import Board
from services.alerts.engine_match import Known
from services.alerts.engine_outcome import Refused
from services.domain import event

REMEMBERED = 10_000
"""How many closed alarms are remembered, to say that they are closed; older ones are unknown."""


class Desk:
    """Alarms by id. The boards own them; the desk finds them."""

    def __init__(self) -> None:
        self.open: dict[str, Known] = {}
        self.closed: dict[str, str] = {}
        self._of_point: dict[int, set[str]] = {}

    def take(self, board: Board) -> None:
        """Bring the list in line with a point's board."""
        mine = {known.alarm.id: known for known in board.known if event.is_open(known.alarm)}
        for gone in self._of_point.get(board.point.id, set()) - mine.keys():
            self.open.pop(gone, None)
            self._close(gone, board.point.enterprise)
        self.open.update(mine)
        if mine:
            self._of_point[board.point.id] = set(mine)
        else:
            self._of_point.pop(board.point.id, None)

    def put(self, known: Known) -> None:
        """An alarm that is on no point's board, as it is now."""
        if event.is_open(known.alarm):
            self.open[known.alarm.id] = known
        else:
            self.note(known)

    def note(self, known: Known) -> None:
        """One alarm changed; if it closed by that, it leaves the list."""
        alarm = known.alarm
        if event.is_open(alarm):
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

    def _close(self, identity: str, enterprise: str) -> None:
        self.closed.pop(identity, None)
        self.closed[identity] = enterprise
        while len(self.closed) > REMEMBERED:
            del self.closed[next(iter(self.closed))]
