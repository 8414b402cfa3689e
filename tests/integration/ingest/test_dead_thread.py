"""The thread that talks to the broker is killed in the running service: it ends, is started again,
and misses nothing."""

import os
import subprocess
import sys
import time

import pytest

from tests.living.engines import REPOSITORY
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Tables, eventually, running_ingest

NOW = int(time.time() * 1000)

ENDS_WITHIN_S = 5.0

KILLS_ITS_THREAD = """
import ctypes, sys, threading
from services.ingest.run import main
from services.runtime.settings import Settings

def kill():
    sys.stdin.readline()
    for thread in threading.enumerate():
        if thread.name.startswith("paho-mqtt-client-pw-ingest") and "-bus-" not in thread.name:
            fault = ctypes.py_object(SystemExit)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), fault)

threading.Thread(target=kill, daemon=True).start()
main(Settings())
"""


@pytest.mark.patient
def test_a_killed_network_thread_ends_the_service_and_nothing_is_missing_after_it(
    engines: Engines, tables: Tables, field: Field
) -> None:
    environment = {**os.environ, **engines.services["ingest"]}
    environment["PARKWATCH_DATA_DIR"] = str(engines.data_dir)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLS_ITS_THREAD],
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.PIPE,
        text=True,
    )
    try:
        field.await_status(lambda status: status.ready and status.db_ok, 45.0)
        field.send({"ts": NOW, "values": {"GT-101": 0}})
        eventually(lambda: tables.count("reading") == 1)
        process.communicate("now\n", timeout=ENDS_WITHIN_S)
    finally:
        process.kill()

    assert process.returncode == 1, "the supervisor sees that it died, and starts it again"
    for number in range(1, 51):
        field.send({"ts": NOW + number, "values": {"GT-101": number}})
    with running_ingest(engines):
        eventually(lambda: tables.count("reading") == 51, 45.0)
