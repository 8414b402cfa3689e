"""``scenarios``: what the library has, whether a file makes sense, what may be written into one."""

from typing import Annotated

import typer

from device_sim.fleet.scenario import LIBRARY, BadScenario, Scenario, load
from device_sim.fleet.world import World
from device_sim.park.sample import PARKS
from device_sim.refusal import refuse


def scenarios(
    file: Annotated[str, typer.Argument(help="Name or YAML file to check; none: list all.")] = "",
    equipment: Annotated[
        bool, typer.Option("--equipment", help="Leak points and equipment of the sample park.")
    ] = False,
) -> None:
    """List the library, or check one scenario: each mistake a sentence with its line."""
    try:
        if equipment:
            _equipment()
        elif file:
            spec = load(file)
            _world(spec)
            typer.echo(_line(spec))
        else:
            for path in sorted(LIBRARY.glob("*.yaml")):
                typer.echo(_line(load(path.stem)))
    except BadScenario as error:
        raise refuse(str(error)) from error


def _line(spec: Scenario) -> str:
    mark = "  exercise" if spec.exercise else ""
    size = f"{spec.duration_s:>6} s  {len(spec.timeline):>2} causes"
    return f"{spec.name:<24}{size}  {spec.title}  {spec.title_en}{mark}"


def _world(spec: Scenario) -> World:
    """Raises ``BadScenario`` for a park, point, tag or piece of equipment that is not there."""
    park = PARKS.get(spec.park)
    if park is None:
        raise BadScenario(f"No park {spec.park!r}; there is {', '.join(PARKS)}.")
    return World(park, spec, seed=0)


def _equipment() -> None:
    world = _world(load("quiet"))
    for name, point in sorted(world.leak_points.items()):
        typer.echo(f"leak point  {name:<22}{point.substance.name}, {point.phase}")
    for name, mouth in sorted(world.mouths.items()):
        typer.echo(f"relief      {name:<22}{mouth.substance.name}, {mouth.place[2]:g} m up")
    for name, lever in sorted(world.levers.items()):
        span = f"{lever.low:g} to {lever.high:g} {lever.unit}, normally {lever.normal:g}"
        typer.echo(f"equipment   {name:<22}{span}: {lever.meaning}")
