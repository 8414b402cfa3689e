"""What is written is checked: `docs/reference/settings.md` names every setting and its default."""

import re
from pathlib import Path

import pytest

from services.runtime.settings import Settings

FILE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md"
NONE = "–"


def written() -> dict[str, str]:
    rows = re.findall(r"(?m)^\| `([A-Z_]+)` \| `?([^|`]+?)`? \|", FILE.read_text(encoding="utf-8"))
    return dict(rows)


def in_code() -> dict[str, str]:
    fields = Settings.model_fields.items()
    return {n.upper(): NONE if f.default is None else str(f.default) for n, f in fields}


def test_every_setting_is_written_down_with_its_default() -> None:
    assert written() == in_code()


def test_the_folder_of_secrets_is_read_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (named,) = re.findall(r"\(`(\w+)`\) and holding", FILE.read_text(encoding="utf-8"))
    (tmp_path / named).write_text("5ec7e7\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PARKWATCH_TOKEN_KEY", raising=False)
    monkeypatch.setenv("PARKWATCH_SECRETS_DIR", str(tmp_path))
    key = Settings().token_key
    assert key is not None
    assert key.get_secret_value() == "5ec7e7"
