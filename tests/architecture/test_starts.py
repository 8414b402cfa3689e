"""A process loads what it needs from its first second on, and no more: decision 0106."""

import subprocess
import sys

import pytest

SPARED = {
    "services.stack.cli": {"numpy", "structlog", "cryptography", "paho", "services.alerts"},
    "services.ingest.run": {"numpy", "openpyxl", "fastapi", "nats"},
    "services.alerts.run": {"openpyxl", "fastapi", "nats"},
    "services.api.run": {"numpy", "openpyxl", "segno", "services.alerts"},
}


@pytest.mark.parametrize("module", SPARED)
def test_what_only_a_few_of_its_jobs_need_is_not_loaded(module: str) -> None:
    told = f"import sys, {module}; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert set(said.stdout.split()) & SPARED[module] == set()
