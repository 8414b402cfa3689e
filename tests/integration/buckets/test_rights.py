"""Where the broker maps, a gateway reaches its bucket by what is mapped and by nothing else."""

import asyncio
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest

from services.api.broker_access import BrokerAccess, username
from services.runtime.buckets import LEAVES, bucket_of
from services.runtime.clock import to_datetime
from services.store.register import Gateway
from tests.living.caller import Caller
from tests.living.engines_alone import Engines
from tests.living.outcome import eventually

OWN = "acme/gw1"


@pytest.fixture
def caller(mapping_engines: Engines) -> Iterator[Caller]:
    """A gateway of acme that was let in."""
    settings = mapping_engines.services["api"]
    password = secrets.token_hex(20)
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    name = username("acme", "gw1")
    gateway = Gateway("acme", "gw1", name, hashed, to_datetime(0), None)
    users = Path(settings["PARKWATCH_BROKER_USERS_FILE"])
    access = BrokerAccess(users, settings["PARKWATCH_BROKER_ADMIN_URL"], bucketed=True)
    asyncio.run(access.put([gateway]))
    found = Caller(name, password, mapping_engines.broker("api").port).call()
    assert found.connected.is_set()
    yield found
    found.leave()
    asyncio.run(access.put([]))


def test_a_leaf_that_nobody_maps_has_no_way_round_the_mapping(
    mapping_engines: Engines, caller: Caller
) -> None:
    """In a bucket the broker would acknowledge a leaf `>` and give it to nobody."""
    address, bucket = mapping_engines.broker("ingest"), bucket_of("acme")
    ear = Caller(address.username, address.password, address.port).call()
    assert ear.subscribe(f"pw/b/{bucket}/+/+/+", 0)
    for leaf in (">", "state", "misspelt"):
        caller.say(f"pw/b/{bucket}/{OWN}/{leaf}", "{}")
    for leaf in LEAVES:
        caller.say(f"pw/v1/{OWN}/{leaf}", "{}")

    eventually(lambda: len(ear.heard) >= len(LEAVES), 10.0, "what is mapped")
    ear.leave()
    assert [topic for topic, _ in ear.heard] == [f"pw/b/{bucket}/{OWN}/{leaf}" for leaf in LEAVES]
    log = Path(mapping_engines.services["api"]["PARKWATCH_BROKER_LOG_FILE"]).read_text()
    denied = re.findall(rf'Publish Violation - Subject "pw\.b\.{bucket}\.acme\.gw1\.(.*?)"', log)
    assert denied == [">", "state", "misspelt"]
