"""Whatever is asked, the api answers as `openapi.json` says: no 5xx, no status that is not told there.

The short form asks each operation a few things that are the same each time, the long one everything
that schemathesis knows (docs/decisions/0102-the-rest-window.md).
"""

from pathlib import Path

import pytest

from tests.integration.api.strange_requests import fuzz_target
from tests.living.engines_alone import Engines


def test_each_operation_is_asked_strange_things(engines: Engines, tmp_path: Path) -> None:
    with fuzz_target(engines, tmp_path) as target:
        done = target.ask("--phases", "fuzzing", "--max-examples", "1", "--seed", "7")
    assert done.failures == [], done.text
    assert done.report["errors"] == [], done.text
    assert done.report["operations"]["tested"] == done.report["operations"]["total"] > 150


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_everything_is_asked_of_each_operation(engines: Engines, tmp_path: Path) -> None:
    with fuzz_target(engines, tmp_path) as target:
        done = target.ask("--phases", "examples,coverage,fuzzing", "--max-examples", "10")
        print(done.text[-2000:])
        assert done.failures == [], done.text
        assert done.report["errors"] == [], done.text
        chained = target.ask("--phases", "stateful", "--max-examples", "10")
        print(chained.text[-2000:])
    assert chained.failures == [], chained.text
    assert chained.report["errors"] == [], chained.text
