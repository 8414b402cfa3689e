"""The console's Chinese is held against what the services really say (its own tests do that): the
file between them is written by `python -m tests.architecture.test_rule_sentences`."""

import json

from tests.architecture.repository import ROOT
from tests.architecture.rule_sentences import bases, refusals, whys

AGREED = ROOT / "console/tests/agreed/rule-sentences.json"


def said() -> dict[str, list[str]]:
    """Every sentence by where it stands."""
    return {"basis": bases(), "why": whys(), "refusal": refusals()}


def test_the_sentences_that_the_console_words_are_those_that_are_said() -> None:
    assert json.loads(AGREED.read_text(encoding="utf-8")) == said()


if __name__ == "__main__":
    text = json.dumps(said(), ensure_ascii=False, indent=2)
    AGREED.write_text(text + "\n", encoding="utf-8")
