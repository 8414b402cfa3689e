"""Ingest and engine give the same verdict, because both read by the same code and no other."""

import re

from tests.living.engines import REPOSITORY

READERS = {"services/ingest/door.py", "services/alerts/watch.py"}
DECODING = re.compile(
    r"from services\.wire\.(native|neuron|senml|thingsboard|leaf|document) import .*(decode|DECODERS|parse)"
)


def importers(pattern: re.Pattern[str]) -> set[str]:
    found = {
        str(path.relative_to(REPOSITORY)): path.read_text(encoding="utf-8")
        for path in (REPOSITORY / "services").rglob("*.py")
        if path.parent.name != "wire"
    }
    return {name for name, text in found.items() if pattern.search(text)}


def test_both_read_deliveries_by_translate() -> None:
    translating = importers(re.compile(r"from services\.wire\.translate import .*\btranslate\b"))

    assert translating >= READERS


def test_nobody_else_decodes_but_the_door_of_http_which_only_checks() -> None:
    assert importers(DECODING) == {"services/api/routes/telemetry.py"}
