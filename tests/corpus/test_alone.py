"""Each case of the corpus alone: what is stored, flagged, listed, refused, and with which words."""

import pytest

from services.wire.translate import translate
from tests.corpus.case import NUMBERS, RECEIVED_AFTER_MS, Case, directory
from tests.corpus.payloads import PAYLOADS
from tests.corpus.times import TIMES

AT = 1_767_542_400_123
BOOK = directory()
CASES = (*PAYLOADS, *TIMES)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_case_alone(case: Case) -> None:
    received_at = AT + RECEIVED_AFTER_MS

    found = translate(BOOK, f"pw/v1/acme/gw1/{case.leaf}", case.payload(AT), received_at)

    assert [
        (each.point_id, each.measured_at, each.value, each.quality, each.flags)
        for each in found.readings
    ] == [
        (
            NUMBERS[each.tag],
            received_at if each.shift is None else AT + each.shift,
            each.value,
            each.quality,
            each.flags,
        )
        for each in case.stored
    ]
    assert tuple(each.tag for each in found.unregistered) == case.unregistered
    if case.refused is None:
        assert found.reason is None
    else:
        assert found.reason is not None
        assert case.refused in found.reason
        assert found.reason.endswith((".", "more like these."))
        assert len(found.reason) <= 1000
        assert found.reason.isprintable()


def test_every_case_of_payload_and_time_is_here() -> None:
    assert {case.number for case in CASES} | {35} == set(range(1, 58))
