"""What the watcher says, for people in both languages and for programs."""

import socket
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from services.watcher.verdict import Call

GRADE = 1
"""Of the silence of the chain: nobody would be told of any alarm of any enterprise."""

SUBJECTS = {
    "chain": {
        "zh": "报警链路静默",
        "en": "The alarm chain is silent",
    },
    "supervisor": {
        "zh": "守护进程静默",
        "en": "The supervisor is silent",
    },
}
MEANS = {
    "chain": {
        "zh": "新报警将不会出现，请立即用现场仪表等其他手段监视，并检查系统",
        "en": "no new alarm would be shown. Watch by other means, and look at the system now",
    },
    "supervisor": {
        "zh": "停止的服务将不再自动重启，请检查运行 parkwatch up 的主机",
        "en": "a service that ends is not started again. Look at the machine of `parkwatch up`",
    },
}
WELL = {
    "chain": {"zh": "报警链路恢复正常", "en": "The alarm chain works again"},
    "supervisor": {"zh": "守护进程恢复正常", "en": "The supervisor is there again"},
}
STAGES = {
    "": {"zh": "", "en": ""},
    "watcher": {"zh": "监视进程尚未发出自检", "en": "no canary was sent yet"},
    "broker": {"zh": "消息代理不接收", "en": "the broker takes nothing"},
    "engine": {"zh": "代理已接收，但没有报警产生", "en": "the broker took it, no alarm came out"},
    "api": {"zh": "接口服务不应答", "en": "the api does not answer"},
}


@dataclass(frozen=True, slots=True)
class Report:
    """One thing to say. `at` and `since` are RFC 3339 in UTC; `stage`: how far the canary came."""

    type: Call
    subject: str
    at: str
    since: str
    silent_s: float
    grade: int | None
    stage: str
    detail: str
    installation: str
    text: dict[str, str]

    @property
    def sentence(self) -> str:
        """In English, for the log."""
        return self.text["en"]

    def as_json(self) -> dict[str, object]:
        """As the webhook gets it."""
        return asdict(self)


def report(
    call: Call, subject: str, now: datetime, since: datetime, stage: str, detail: str, folder: str
) -> Report:
    """The words for a call. `since`: when the silence began, as far as we know."""
    silent_s = round((now - since).total_seconds(), 1)
    well = call is Call.WELL
    return Report(
        type=call,
        subject=subject,
        at=_text(now),
        since=_text(since),
        silent_s=silent_s,
        grade=None if well or subject != "chain" else GRADE,
        stage="" if well else stage,
        detail="" if well else detail,
        installation=f"{socket.gethostname()}:{folder}",
        text={
            language: _well(subject, language)
            if well
            else _scream(subject, language, silent_s, stage)
            for language in ("zh", "en")
        },
    )


def _well(subject: str, language: str) -> str:
    return WELL[subject][language] + ("。" if language == "zh" else ".")


def _scream(subject: str, language: str, silent_s: float, stage: str) -> str:
    what, means = SUBJECTS[subject][language], MEANS[subject][language]
    where = STAGES[stage][language]
    if language == "zh":
        return f"{what} {silent_s:.0f} 秒{f'（{where}）' if where else ''}：{means}。"
    return f"{what} for {silent_s:.0f} s{f' ({where})' if where else ''}: {means}."


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
