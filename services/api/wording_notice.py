"""What a notice says in one line: how grave, what happened, whose it is, what, and when."""

import msgspec

from services.api.day import PARK_TIME
from services.api.wording import Language, sentence
from services.domain.alarm import EventKind
from services.runtime.clock import to_datetime
from services.store.tenant import EVERY
from services.wire.bus import AlarmItem

_GRADES = {1: ("红色", "Red"), 2: ("橙色", "Orange"), 3: ("黄色", "Yellow"), 4: ("蓝色", "Blue")}
_EVENTS: dict[EventKind, tuple[str, str]] = {
    EventKind.RAISED: ("报警", "alarm"),
    EventKind.ESCALATED: ("报警升级", "alarm, escalated"),
    EventKind.DEESCALATED: ("报警降级", "alarm, de-escalated"),
    EventKind.ACKNOWLEDGED: ("报警已确认", "alarm, acknowledged"),
    EventKind.RETURNED: ("报警恢复正常，待确认", "alarm, returned to normal, to be acknowledged"),
    EventKind.CLEARED: ("报警解除", "alarm, over"),
    EventKind.SUPERSEDED: ("报警已被新报警取代", "alarm, superseded by a new one"),
    EventKind.WITHDRAWN: ("报警已撤销", "alarm, withdrawn"),
    EventKind.CORRECTED: ("报警记录更正", "alarm, its record corrected"),
    EventKind.LAPSED: ("报警暂无人判断", "alarm, judged by nobody now"),
    EventKind.RESUMED: ("报警恢复判断", "alarm, judged again"),
    EventKind.REALARMED: ("报警确认后仍未处理，再次报警", "alarm, acknowledged and still standing"),
    EventKind.SHELVED: ("报警已搁置", "alarm, shelved"),
    EventKind.UNSHELVED: ("报警解除搁置", "alarm, no longer shelved"),
    EventKind.SUPPRESSED: ("报警已抑制", "alarm, suppressed"),
    EventKind.RELEASED: ("报警解除抑制", "alarm, no longer suppressed"),
    EventKind.TAKEN_OUT: ("报警已停用", "alarm, out of service"),
    EventKind.RETURNED_TO_SERVICE: ("报警恢复投用", "alarm, back in service"),
    EventKind.EXERCISE_ENDED: ("演练结束，报警仍在", "alarm, the exercise is over and it stands"),
}


def notice_sentence(event: EventKind, at: int, alarm: AlarmItem, language: Language) -> str:
    """One line for a telephone; of an exercise it says so before anything else.

    `at` (epoch ms) is told in the park's time.
    """
    said = sentence(msgspec.structs.replace(alarm, exercise=False), language)
    when = f"{to_datetime(at).astimezone(PARK_TIME):%Y-%m-%d %H:%M:%S}"
    (grade, grade_en), (word, word_en) = _GRADES[alarm.grade], _EVENTS[event]
    whose, whose_en = ("园区", "the park") if alarm.enterprise == EVERY else (alarm.enterprise,) * 2
    match language:
        case Language.ZH:
            begins = "【演练】" if alarm.exercise else ""
            return f"{begins}{grade}{word}（{whose}）：{said}（{when}）"
        case Language.EN:
            begins = "Exercise: " if alarm.exercise else ""
            return f"{begins}{grade_en} {word_en} ({whose_en}): {said} ({when}, UTC+8)"
