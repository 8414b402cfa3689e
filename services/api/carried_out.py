"""Whether an approval was carried out before, and only its record was lost."""

from services.domain.suppression import MINUTE_MS, Off
from services.runtime.clock import to_ms
from services.store.approval import Approval
from services.wire.bus import OffItem

_TAKES_OFF = {"shelve": Off.SHELVED, "out_of_service": Off.OUT_OF_SERVICE}


def is_carried_out(off: OffItem | None, asked: Approval, approver: str) -> bool:
    """Whether what is off the board is what was applied for and approved: by the same two, in the
    same way, since it was applied for, and for as long."""
    if off is None or off.until is None or (off.by, off.approved_by) != (asked.applicant, approver):
        return False
    length = round(asked.minutes * MINUTE_MS)
    return (
        off.how == _TAKES_OFF.get(asked.action)
        and off.since >= to_ms(asked.applied_at)
        and off.until == off.since + length
        and off.permit == asked.permit
    )
