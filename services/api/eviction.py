"""Cutting the live push of those who may not have it any more, at once."""

from services.api.window import Window


async def evict(here: Window) -> None:
    """Learn what this or another process changed of people, sessions and keys, and cut whom it
    concerns; other processes do it within a second. Raises DatabaseAway: then it is done with the
    next look."""
    await here.accounts.refresh()
    here.hub.review(here.accounts.stands)
