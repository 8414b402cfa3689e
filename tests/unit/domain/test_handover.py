"""Who may take a shift over, and which hand-over."""

from services.domain.handover import Standing, standing, untakable


def test_a_hand_over_is_open_until_somebody_else_takes_it() -> None:
    assert standing(None, replaced=False) is Standing.OPEN
    assert untakable("wang", None, "li", replaced=False) is None
    why = untakable("wang", None, "wang", replaced=False)
    assert why is not None
    assert why.personal, "somebody else could"


def test_one_that_was_taken_stays_signed_however_many_come_after_it() -> None:
    for replaced in (False, True):
        assert standing("li", replaced=replaced) is Standing.SIGNED
        why = untakable("wang", "li", "zhao", replaced=replaced)
        assert why is not None
        assert not why.personal
        assert "li" in why.reason


def test_one_that_nobody_took_gives_way_to_a_newer_one() -> None:
    assert standing(None, replaced=True) is Standing.REPLACED
    why = untakable("wang", None, "li", replaced=True)
    assert why is not None
    assert not why.personal
    assert "newer" in why.reason
