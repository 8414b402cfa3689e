"""What is written is checked: the metrics of `docs/reference/metrics.md` are those exposed."""

import re
from pathlib import Path

import pytest

from services.api.assembly import assemble
from services.api.metrics import exposition
from services.domain.broker_store import Level, StoreState
from services.runtime.clock import ManualClock
from services.runtime.settings import Settings
from services.wire.bus import Status

FILE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "metrics.md"


def written() -> dict[str, str]:
    rows = re.findall(r"(?m)^\| `(\w+)` \| (\w+) \|", FILE.read_text(encoding="utf-8"))
    return dict(rows)


@pytest.fixture
def exposed(tmp_path: Path) -> dict[str, str]:
    """Name and type of everything an api exposes that has heard both services."""
    settings = Settings.model_validate(
        {
            "database_url": "postgresql://nowhere",
            "mqtt_url": "mqtt://nowhere",
            "token_key": "00" * 32,
            "client_id_secret": "00",
            "broker_log_file": tmp_path / "broker.log",
        }
    )
    clock = ManualClock()
    here = assemble(settings, clock).window
    here.vitals.hear(Status("alerts", True, clock.now_ms(), spool_bytes=1))
    here.vitals.broker_store = StoreState(Level.HALF, 0.5, 12.0)
    now = clock.now_ms()
    here.vitals.hear(
        Status(
            "ingest", True, now, commit_at=now, canary_at=now, rollup_lag_ms=1,
            free_share=0.5, room="enough",
        )
    )  # fmt: skip
    lines = re.findall(r"(?m)^# TYPE (\w+) (\w+)$", exposition(here).decode())
    return {name: kind for name, kind in lines if not name.endswith("_created")}


def test_every_metric_is_written_down_and_every_written_one_exists(
    exposed: dict[str, str],
) -> None:
    assert exposed == written()


def test_every_metric_is_ours_by_name(exposed: dict[str, str]) -> None:
    assert all(name.startswith("parkwatch_") for name in exposed)
