"""For whom the database is asked: named once a request, never taken over from another."""

import asyncio

import pytest

from services.api.database import Database
from services.api.permission import Role
from services.api.principal import Principal
from services.api.tenant import NobodyNamed, asking, asks, nobody_asks, tenant_of
from services.runtime.clock import ManualClock
from services.store.tenant import EVERY


def person(role: Role, enterprise: str | None = None) -> Principal:
    return Principal("li.wei", role, enterprise, 1)


@pytest.mark.parametrize("role", [each for each in Role if each is not Role.ENTERPRISE])
def test_who_sees_the_park_asks_for_every_tenant(role: Role) -> None:
    assert tenant_of(person(role)) == EVERY


def test_who_is_of_an_enterprise_asks_for_it() -> None:
    assert tenant_of(person(Role.ENTERPRISE, "north-works")) == "north-works"


async def test_requests_beside_each_other_ask_each_for_its_own() -> None:
    async def request(enterprise: str) -> str:
        nobody_asks()
        asks(person(Role.ENTERPRISE, enterprise))
        await asyncio.sleep(0)
        return asking()

    names = [f"works-{number}" for number in range(20)]
    assert await asyncio.gather(*map(request, names)) == names
    with pytest.raises(NobodyNamed):
        asking()


async def test_what_a_request_starts_asks_for_the_same_and_the_next_request_for_nobody() -> None:
    asks(person(Role.ENTERPRISE, "north-works"))
    started = asyncio.create_task(asyncio.to_thread(asking))
    nobody_asks()
    assert await started == "north-works"
    with pytest.raises(NobodyNamed):
        asking()


async def test_a_transaction_for_nobody_is_our_mistake_and_never_begins() -> None:
    nobody_asks()
    with pytest.raises(NobodyNamed):
        async with Database("postgresql://nowhere", ManualClock()).transaction():
            pass
