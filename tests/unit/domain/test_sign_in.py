"""Recovery codes, keys, the life of a session, the lock-out: pure, at times that are told."""

import secrets

import pytest

from services.domain import api_key, lock_out, recovery_code
from services.domain.api_key import SCOPES, KeyScope
from services.domain.lock_out import WINDOW_MS, LockOut
from services.domain.session_life import SHOWING_MS, Right, SessionLife, right_of

IDLE = 1_800_000
LATER = 10**12


def test_a_recovery_code_is_known_however_it_is_typed_and_is_its_owners_alone() -> None:
    code = recovery_code.written(bytes(range(10)))
    assert code == "aaaq-eaye-auda-ocaj"
    assert len(code) <= 20
    assert recovery_code.is_written(code)
    for typed in (code.upper(), code.replace("-", " "), code.replace("-", "")):
        assert recovery_code.is_written(typed)
        assert recovery_code.digest_of("li", typed) == recovery_code.digest_of("li", code)
    assert recovery_code.digest_of("wang", code) != recovery_code.digest_of("li", code)
    for other in ("492039", "", code[:-1], code.replace("a", "1")):
        assert not recovery_code.is_written(other)


def test_a_key_is_known_by_its_prefix_and_kept_by_its_digest() -> None:
    key = api_key.written(secrets.token_bytes(api_key.ENTROPY_BYTES))
    prefix = api_key.prefix_of(key)
    assert prefix is not None
    assert key.startswith(f"pwk_{prefix}_")
    assert key.encode() not in api_key.digest_of(key)
    for other in ("", key[:-1], key + "a", key.upper(), f"x{key}", "eyJ.eyJ.x", key + "\n"):
        assert api_key.prefix_of(other) is None
    assert SCOPES["regulator"] == {KeyScope.READ}


def life(**more: object) -> SessionLife:
    told: dict[str, object] = {
        "expires_at": 10 * IDLE,
        "used_at": 0,
        "shown_at": None,
        "enrolling": False,
        "ended": False,
    }
    return SessionLife(**(told | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("session", "now", "right"),
    [
        (life(), IDLE - 1, Right.FULL),
        (life(), IDLE, None),
        (life(used_at=9 * IDLE + 1), 10 * IDLE - 1, Right.FULL),
        (life(used_at=10 * IDLE), 10 * IDLE, None),
        (life(shown_at=0), IDLE, Right.SHOW),
        (life(shown_at=IDLE), IDLE + SHOWING_MS - 1, Right.SHOW),
        (life(shown_at=IDLE), IDLE + SHOWING_MS, None),
        (life(shown_at=LATER), LATER + 1, Right.SHOW),
        (life(enrolling=True), IDLE - 1, Right.ENROL),
        (life(enrolling=True, shown_at=IDLE), IDLE, None),
        (life(ended=True), 1, None),
        (life(ended=True, shown_at=IDLE), IDLE, None),
    ],
)
def test_s23_what_runs_out_is_the_right_to_act(
    session: SessionLife, now: int, right: Right | None
) -> None:
    assert right_of(session, IDLE, now) == right


def test_s21_ten_tries_and_the_rest_waits_whoever_is_meant() -> None:
    lock = LockOut()
    for _ in range(lock_out.TRIES):
        assert lock.begin("li", "a", 1000) is None
    assert lock.begin("li", "a", 1000) == WINDOW_MS
    assert lock.begin("li", "a", WINDOW_MS) == 1000
    assert lock.begin("li", "b", 1000) is None, "whoever sits elsewhere is not locked out"
    assert lock.begin("wang", "a", 1000) is None
    assert lock.begin("li", "a", WINDOW_MS + 1000) is None


def test_s21_a_try_counts_from_its_beginning_and_is_taken_back_where_it_told_nothing() -> None:
    lock = LockOut(2)
    assert [lock.begin("li", "a", 0) for _ in range(3)] == [None, None, WINDOW_MS]
    lock.take_back("li", "a")
    assert lock.begin("li", "a", 0) is None
    lock.clear("li", "a")
    assert [lock.begin("li", "a", 1) for _ in range(3)] == [None, None, WINDOW_MS]


def test_s21_what_is_counted_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_out, "MOST", 3)
    lock = LockOut(1)
    for name in "abcd":
        assert lock.begin(name, "x", 0) is None
    assert lock.begin("a", "x", 0) is None, "the oldest was forgotten for another one"
    assert lock.begin("d", "x", 0) == WINDOW_MS


def test_no_limit_is_no_lock() -> None:
    lock = LockOut(0)
    assert {lock.begin("li", "a", 0) for _ in range(100)} == {None}
