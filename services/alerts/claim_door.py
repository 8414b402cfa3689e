"""The door for claims: what other services' judges say on the bus, parsed and handed to the judge."""

import re
from collections.abc import Callable

import msgspec
import structlog

from services.alerts.engine import TooManyClaims
from services.alerts.judge import Judge
from services.domain.claim import OWN_KEYS, Claim
from services.domain.store_room import PARK
from services.domain.subject import Subject, SubjectType
from services.wire.bus import ClaimItem, ClaimItems

_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_FACTS = 32
_TEXT = 500

_log = structlog.get_logger()


class ClaimDoor:
    """Takes claims on the judge's thread. Nothing is answered: who claims, claims again."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._decoder = msgspec.json.Decoder(ClaimItems)
        self.open = False
        """Before the judge runs, a claim goes unheard; it is said again before its lease ends."""
        self.may_act: Callable[[], bool] = lambda: True
        """Whether the engine's own lease is ours beyond doubt."""

    def hear(self, _topic: str, payload: bytes) -> None:
        """A message on the claims' topic. What is no claim is logged and dropped."""
        if not (self.open and self.may_act()):
            return
        try:
            found = self._decoder.decode(payload)
        except msgspec.DecodeError as fault:
            _log.warning("not a claim", fault=str(fault))
            return
        claims = [claim for item in found.claims if (claim := self._claim(item)) is not None]
        try:
            self._judge.claim(claims)
        except TooManyClaims as fault:
            _log.error("no room for a claim: it is not judged", fault=str(fault))

    def _claim(self, item: ClaimItem) -> Claim | None:
        point_id = None
        if item.subject_type == SubjectType.POINT:
            point = self._judge.engine.directory.find(item.enterprise, item.subject_id)
            point_id = None if point is None else point.id
        own = (item.enterprise, item.key) in self._judge.engine.directory.detectors
        unfit = "this key is a rule's" if own else None
        unfit = (
            unfit
            or _unfit(item)
            or (
                "its point is not registered"
                if item.subject_type == SubjectType.POINT and point_id is None
                else None
            )
        )
        if unfit is not None:
            _log.warning("not a claim", fault=unfit, key=item.key[:64])
            return None
        return Claim(
            key=item.key,
            enterprise=item.enterprise,
            subject=Subject(item.subject_type, item.subject_id),
            condition=item.condition,
            active=item.active,
            grade=item.grade,
            at=item.at,
            fact=item.fact,
            facts=item.facts,
            point_id=point_id,
            lease_until=item.lease_until,
        )


def _unfit(item: ClaimItem) -> str | None:
    words = [item.key, item.subject_type, item.condition]
    if item.enterprise != PARK:
        words.append(item.enterprise)
    if not all(_WORD.fullmatch(word) for word in words):
        return "key, enterprise, subject_type and condition are 1 to 64 of A-Z a-z 0-9 _ . : -"
    if item.key in OWN_KEYS:
        return "this key is the engine's own"
    if not (1 <= len(item.subject_id) <= 128 and item.subject_id.isprintable()):
        return "subject_id has 1 to 128 printable characters"
    until = item.at if item.lease_until is None else item.lease_until
    if not (0 <= item.at <= until < 1 << 53):
        return "at and lease_until are epoch milliseconds, in this order"
    texts = [item.fact, *item.facts, *(v for v in item.facts.values() if isinstance(v, str))]
    if len(item.facts) > _FACTS or any(len(t) > _TEXT or "\x00" in t for t in texts):
        return f"at most {_FACTS} facts, each text at most {_TEXT} characters without NUL"
    return None
