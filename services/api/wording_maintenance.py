"""What an alarm says of a detector in calibration or bump test, in both languages."""

from services.api.day import PARK_TIME
from services.domain.maintenance import COVERS, MAINTENANCE, MaintenanceKind
from services.runtime.clock import to_datetime
from services.wire.bus import AlarmItem

Said = tuple[str, str]
"""Chinese and English."""

_KINDS: dict[str, Said] = {
    MaintenanceKind.CALIBRATION: ("检定（校准）", "calibration"),
    MaintenanceKind.BUMP_TEST: ("功能（通气）测试", "bump test"),
}
_GRADES = {2: "较大", 3: "一般", 4: "低"}


def maintenance_sentence(alarm: AlarmItem, who: Said) -> Said | None:
    """Both languages; None: it is about something else."""
    known = _KINDS.get(alarm.condition)
    if alarm.rule != MAINTENANCE or known is None:
        return None
    until, covers = alarm.facts.get("until"), alarm.facts.get(COVERS)
    end = "–"
    if isinstance(until, int):
        end = f"{to_datetime(until).astimezone(PARK_TIME):%Y-%m-%d %H:%M}"
    grade = covers if isinstance(covers, int) else 4
    by = alarm.facts.get("by", "–")
    return (
        f"{who[0]} 正在{known[0]}，至 {end} 止：本位号{_GRADES.get(grade, '低')}及以下等级的报警暂不上屏"
        f"，重大报警照常（{by}）",
        f"{who[1]}: in {known[1]} until {end}: its own alarms of grade {grade} and milder are off "
        f"the board, those of grade 1 are not ({by})",
    )
