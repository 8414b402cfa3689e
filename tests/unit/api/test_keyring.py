"""One key follows the other: what the old one signed and sealed is good for as long as it would be."""

from pathlib import Path

import pytest

from services.api.keyring import Keyring
from services.api.permission import Role
from services.api.principal import Principal
from services.api.seal import Seal
from services.api.token import LIFETIME_S, BadToken, Mint
from services.domain.signing_key import BadKeys, parse_keys, relieved, written
from services.runtime.clock import ManualClock

LI = Principal("li", Role.OPERATOR, None, 7)
OLD, NEW = "o" * 40, "n" * 40


def rotate(file: Path, secret: str, clock: ManualClock, *, at_once: bool = False) -> None:
    keys = relieved(parse_keys(file.read_text()), secret, clock.now_ms(), at_once=at_once)
    file.write_text(written(keys))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "token_key"
    made.write_text(f"{OLD}\n")
    return made


def test_s46_a_token_outlives_its_key_for_its_own_time_and_a_new_one_does_not_need_it(
    file: Path,
) -> None:
    clock, ring = ManualClock(), Keyring("", file)
    mint, stranger = Mint(ring, clock), Mint(OLD, clock)
    before = mint.issue(LI)
    rotate(file, NEW, clock)
    assert mint.read(before) == LI, "the file was not looked at yet"
    assert ring.refresh()
    assert not ring.refresh()
    after = mint.issue(LI)
    assert mint.read(before) == mint.read(after) == LI
    with pytest.raises(BadToken):
        stranger.read(after)
    clock.advance(LIFETIME_S - 1)
    assert mint.read(after) == LI
    assert mint.read(stranger.issue(LI)) == LI
    clock.advance(1)
    forged = stranger.issue(LI)
    with pytest.raises(BadToken):
        mint.read(forged)
    assert mint.identify(before).over, "its console goes on showing, and it may not act"
    assert mint.identify(forged).over


def test_s46_at_once_nothing_of_before_is_good(file: Path) -> None:
    clock, ring = ManualClock(), Keyring("", file)
    mint = Mint(ring, clock)
    before = mint.issue(LI)
    rotate(file, NEW, clock, at_once=True)
    ring.refresh()
    with pytest.raises(BadToken):
        mint.read(before)
    assert mint.read(mint.issue(LI)) == LI
    with pytest.raises(BadToken):
        mint.identify(Mint("x" * 40, clock).issue(LI))


def test_s46_what_was_sealed_is_opened_and_sealed_anew(file: Path) -> None:
    clock, ring = ManualClock(), Keyring("", file)
    seal = Seal(ring)
    sealed = seal.close(b"li", b"secret")
    assert seal.renewed(b"li", sealed) is None
    rotate(file, NEW, clock, at_once=True)
    ring.refresh()
    assert seal.open(b"li", sealed) == b"secret"
    renewed = seal.renewed(b"li", sealed)
    assert renewed is not None
    assert Seal(NEW).open(b"li", renewed) == b"secret"
    assert seal.renewed(b"li", renewed) is None
    assert seal.renewed(b"wang", sealed) is None


@pytest.mark.parametrize(
    "text",
    ["", "\n", "short", f"{NEW}\n{OLD}\n", f"{NEW} 5\n", f"{NEW}\n{OLD} then\n", f"{NEW}\nx 5"],
)
def test_keys_that_are_none_change_nothing(file: Path, text: str) -> None:
    ring = Keyring("", file)
    file.write_text(text)
    assert not ring.refresh()
    assert ring.signing == OLD
    with pytest.raises(BadKeys):
        parse_keys(text)
    file.write_text(written(relieved(parse_keys(OLD), NEW, 5)))
    assert ring.refresh()
    assert ring.signing == NEW


def test_the_keys_of_long_ago_go(file: Path) -> None:
    clock = ManualClock()
    for number in range(20):
        clock.advance(60)
        rotate(file, f"{number:02}" * 20, clock)
    keys = parse_keys(file.read_text())
    assert [key.secret[:2] for key in keys] == [f"{number:02}" for number in range(19, 11, -1)]
    assert [key.relieved_at for key in keys][1:] == sorted(
        (key.relieved_at for key in keys if key.relieved_at is not None), reverse=True
    )
