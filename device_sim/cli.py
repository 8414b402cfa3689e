"""The simulator's commands."""

import typer

from device_sim.conformance_command import conformance
from device_sim.country_command import country
from device_sim.demo_command import demo
from device_sim.drill_command import drill
from device_sim.fetch_command import fetch
from device_sim.picture_command import picture
from device_sim.reconcile_command import reconcile
from device_sim.record_command import record
from device_sim.replay_command import replay
from device_sim.run_command import run
from device_sim.scenarios_command import scenarios

app = typer.Typer(
    name="parkwatch sim",
    help="Simulated plants and gateways.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(country)
app.command()(scenarios)
app.command()(replay)
app.command()(record)
app.command()(fetch)
app.command()(reconcile)
app.command()(demo)
app.command()(conformance)
app.command()(drill)
app.command()(picture)


@app.callback()
def simulator() -> None:
    """Simulated plants and gateways."""


def main() -> None:
    """Parse the command line and run what it names."""
    app()
