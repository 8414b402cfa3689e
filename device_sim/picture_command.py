"""``picture``: a release from above at one second, as a PNG."""

from pathlib import Path
from typing import Annotated

import typer

from device_sim.fleet.scenario import BadScenario, load
from device_sim.picture.release import draw, moment
from device_sim.refusal import refuse


def picture(
    scenario: Annotated[str, typer.Argument(help="Name in the library, or a YAML file.")],
    file: Annotated[Path, typer.Argument(help="PNG to write.")],
    second: Annotated[int, typer.Option(min=0, max=86_400, help="From its start.")] = 600,
    seed: Annotated[int, typer.Option(min=0)] = 1,
) -> None:
    """Draw the cloud, the detectors of its gas, and which of them alarm."""
    try:
        file.write_bytes(draw(moment(load(scenario), seed, second)))
    except BadScenario as error:
        raise refuse(str(error)) from error
    except OSError as error:
        raise refuse(f"{file}: cannot be written ({error.strerror}).") from error
    typer.echo(f"{file}: {scenario} at {second} s")
