"""Bodies of the doors of drills."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.api.text import Code, Name, Note
from services.domain.drill import DrillEnd

Seconds = Annotated[int, Field(ge=10, le=3_600)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlayedGateway(_Body):
    """A gateway that a scenario speaks for."""

    enterprise: Code
    gateway: Code


class PlayableScenario(_Body):
    """What a simulator can play, in which languages' words, and for how long (seconds)."""

    name: Name
    title: Name
    title_en: Name
    duration_s: int = Field(gt=0, le=86_400)
    gateways: list[PlayedGateway] = Field(min_length=1, max_length=500)


class Playable(_Body):
    """All that a simulator can play; told again and again, as its sign of life."""

    scenarios: list[PlayableScenario] = Field(max_length=500)


class NewDrill(_Body):
    """What is to be played. `target_s`: within which an alarm is to be acknowledged."""

    scenario: Name
    target_s: Seconds = 60
    note: Note | None = None


class DrillEnding(_Body):
    """Why it ends: the instructor stops it, or the simulator's scenario is over or cannot go on."""

    outcome: DrillEnd = DrillEnd.STOPPED
