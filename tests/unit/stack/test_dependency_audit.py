"""What an audit of dependencies says: nothing known, something known, or plainly that nobody could be asked."""

import pytest

from services.stack.dependency_audit import told

OFFLINE = [
    "error: Failed to fetch: `https://api.osv.example/`\n  cause: failed to lookup address information",
    "npm error audit endpoint returned an error",
    "npm error code ENOTFOUND",
]


def test_nothing_known_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert not told("Python", 0, "")
    assert capsys.readouterr().out == "Python: no weakness is known of what is locked.\n"


@pytest.mark.parametrize("said", OFFLINE)
def test_offline_is_said_and_is_no_clean_bill(
    said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not told("Python", 2, said)
    out = capsys.readouterr().out
    assert "OFFLINE" in out
    assert "no weakness" not in out


def test_what_is_known_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert told("Python", 1, "urllib3 1.0 GHSA-0000 high")
    assert "GHSA-0000" in capsys.readouterr().out
