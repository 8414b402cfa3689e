"""Whoever was told that his change is made may build upon it, whatever became of the look after it."""

import pytest

from services.api.database import Database, DatabaseAway
from services.api.register import Register, RegisterFollower, refresh
from services.runtime.clock import ManualClock

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


async def test_a_change_that_could_not_be_read_again_is_read_before_the_next_one() -> None:
    follower = RegisterFollower(Database(NOWHERE, ManualClock()), Register())
    follower.is_behind = False
    await follower.catch_up()
    await refresh(follower)
    with pytest.raises(DatabaseAway):
        await follower.catch_up()


async def test_before_the_first_look_nothing_is_built_upon() -> None:
    """Another api's answer of a moment ago is in no register that was never read."""
    follower = RegisterFollower(Database(NOWHERE, ManualClock()), Register())
    with pytest.raises(DatabaseAway):
        await follower.catch_up()
