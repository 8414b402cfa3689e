"""Secrets are random, kept, and nobody else's."""

from pathlib import Path

from services.stack.secrets import Secrets


def test_a_secret_stays_the_same_over_restarts(tmp_path: Path) -> None:
    first = Secrets(tmp_path / "secrets").get("token_key")
    assert Secrets(tmp_path / "secrets").get("token_key") == first
    assert len(bytes.fromhex(first)) == 20


def test_no_two_are_alike(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)
    assert secrets.get("one") != secrets.get("two")


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secrets")
    secrets.get("one")
    assert secrets.path("one").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


def test_a_chosen_first_value_counts_on_the_first_start_only(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)
    assert secrets.get("admin_password", "chosen") == "chosen"
    assert secrets.get("admin_password", "later") == "chosen"
