"""The `parkwatch` command line.

What only one command needs is loaded by it: `up` starts in a third of the time.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from services.runtime.clock import SystemClock
from services.runtime.settings import inherited_environment, require
from services.stack import chosen
from services.stack.data_dir import Interrupted
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.stack.rotatable import BY_ITSELF, What
from services.stack.show import show
from services.stack.watching import watch as become_watcher
from services.store.migrate import MigrationRefused
from services.store.migrate import migrate as apply_migrations

app = typer.Typer(
    name="parkwatch",
    help="Watches the hazards of a chemical park: readings in, graded alarms out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
journal = typer.Typer(no_args_is_help=True, help="The exported journal of alarms.")
app.add_typer(journal, name="journal")
audit = typer.Typer(no_args_is_help=True, help="The exported audit of who did what.")
app.add_typer(audit, name="audit")
tenant = typer.Typer(no_args_is_help=True, help="An enterprise that leaves the park.")
app.add_typer(tenant, name="tenant")
Code = Annotated[str, typer.Argument(help="The enterprise's code.")]
Sure = Annotated[
    bool, typer.Option("--yes", help="Do it; without it only what would be done is told.")
]
KeyFile = Annotated[
    Path | None,
    typer.Option(help="Encrypted with this key: a file of 64 hex digits, for both commands."),
]


@app.command()
def up() -> None:
    """The whole system: embedded database and broker, and all services."""
    _stack(sample_park=False)


@app.command()
def demo() -> None:
    """The whole system with a sample park and its simulated fleet."""
    _stack(sample_park=True)


@app.command()
def migrate() -> None:
    """Bring the schema of PARKWATCH_DATABASE_URL (its owner's) up to date."""
    with _one_sentence():
        applied = apply_migrations(require(chosen.settings().database_url, "DATABASE_URL"))
        for name in applied:
            print(f"applied {name}")
        if not applied:
            print("nothing to do")


@app.command()
def ingest() -> None:
    """The door alone: readings from the broker into the database."""
    _service("ingest")


@app.command()
def alerts() -> None:
    """The judge alone: readings from the broker into alarms."""
    _service("alerts")


@app.command()
def api() -> None:
    """The window alone: REST, live push and the console."""
    _service("api")


@app.command()
def notify() -> None:
    """The messenger alone: alarms from the outbox to receivers outside."""
    _service("api.notify")


@app.command()
def watch(
    once: Annotated[
        bool, typer.Option("--once", help="End with the first verdict: 0 it works, 2 it does not.")
    ] = False,
    stop: Annotated[
        bool, typer.Option("--stop", help="End the watcher of PARKWATCH_DATA_DIR.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Whether one watches: 0 or 1.")] = False,
) -> None:
    """The watcher alone: sends the canary through the chain, screams when it does not come out."""
    chosen_words = {"--once": once, "--stop": stop, "--check": check}
    words = [word for word, said in chosen_words.items() if said]
    with _one_sentence():
        become_watcher(chosen.settings(), inherited_environment(), words)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def sim(context: typer.Context) -> None:
    """A simulated fleet, or a recording replayed as a gateway would; see `parkwatch sim --help`."""
    os.execv(sys.executable, [sys.executable, "-m", "device_sim", *context.args])


@app.command()
def replay(
    start: Annotated[str, typer.Option("--from", help="RFC 3339, with an offset.")],
    end: Annotated[str, typer.Option("--to", help="The same; it is not included.")],
    rules: Annotated[
        Path | None, typer.Option(help="Rules to try beside today's: a JSON list.")
    ] = None,
    limits_only: Annotated[
        bool, typer.Option("--limits-only", help="Leave rules that are more than a limit out.")
    ] = False,
) -> None:
    """The engine over stored readings: what would have alarmed. Changes nothing."""
    from services.stack.replay import replay as replay_past

    with _one_sentence():
        settings = chosen.settings()
        inherited = inherited_environment()
        replay_past(
            start, end, rules, settings, inherited, SystemClock(), Progress(),
            limits_only=limits_only,
        )  # fmt: skip


@app.command()
def rotate(
    what: Annotated[
        list[What] | None, typer.Argument(help="Left out: all but journal.", show_default=False)
    ] = None,
    at_once: Annotated[
        bool,
        typer.Option("--at-once", help="Tokens of before are worth nothing: all sign in again."),
    ] = False,
) -> None:
    """Other secrets in place of those of this installation, while it runs: the keys of tokens and of
    receivers' secrets, the passwords of our services at the broker and of their roles in the database,
    and, where it is named, the key that signs the journals' seals."""
    from services.stack.rotation import rotate as rotate_secrets

    with _one_sentence():
        settings, inherited = chosen.settings(), inherited_environment()
        rotate_secrets(
            what or BY_ITSELF, settings, inherited, SystemClock(), Progress(), at_once=at_once
        )


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; it holds secrets.")],
    key_file: KeyFile = None,
) -> None:
    """Everything of this installation into one file, while it runs or while it is stopped."""
    from services.stack.backup import back_up

    with _one_sentence():
        environment = inherited_environment()
        back_up(file, chosen.settings(), environment, SystemClock(), Progress(), key_file)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` wrote.")], key_file: KeyFile = None
) -> None:
    """A backup into the empty folder PARKWATCH_DATA_DIR; `parkwatch up` then starts it."""
    from services.stack.restore import restore_backup

    with _one_sentence():
        environment = inherited_environment()
        restore_backup(file, chosen.settings(), environment, SystemClock(), Progress(), key_file)


@app.command()
def unseal(
    file: Annotated[Path, typer.Argument(help="An encrypted backup.")],
    tar: Annotated[Path, typer.Argument(help="Where the plain archive goes.")],
    key_file: KeyFile = None,
) -> None:
    """An encrypted backup as a plain archive, to fill a database server of one's own by hand."""
    from services.stack.unsealing import unseal as write_plain

    with _one_sentence():
        write_plain(file, tar, chosen.settings(), Progress(), key_file)


@tenant.command("close")
def close_tenant(code: Code, yes: Sure = False) -> None:
    """Take an enterprise out of the park: its register, people and keys go, its data stay for now."""
    from services.stack.erasure import close

    with _one_sentence():
        close(code, yes, chosen.settings(), inherited_environment(), SystemClock(), Progress())


@tenant.command("erase")
def erase_tenant(code: Code, yes: Sure = False) -> None:
    """Delete all data of an enterprise that was closed thirty days ago, but for journal and audit."""
    from services.stack.erasure import erase

    with _one_sentence():
        erase(code, yes, chosen.settings(), inherited_environment(), SystemClock(), Progress())


@journal.command()
def verify(
    file: Annotated[Path, typer.Argument(help="What the export answered.")],
    seals: Annotated[
        Path | None, typer.Option(help="Seals kept elsewhere: what they sealed must be in it.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="The public key that must have signed: in hex, or a file that holds it."),
    ] = None,
) -> None:
    """Check an exported journal and its signature: 0 sound, 1 not (or not signed), 2 cannot be
    read."""
    from services.stack.journal_file import verify_file

    raise typer.Exit(verify_file(file, seals, key))


@audit.command("verify")
def verify_audit(
    file: Annotated[Path, typer.Argument(help="What the export answered.")],
    seals: Annotated[
        Path | None, typer.Option(help="Seals kept elsewhere: what they sealed must be in it.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="The public key that must have signed: in hex, or a file that holds it."),
    ] = None,
) -> None:
    """Check an exported audit and its signature: 0 sound, 1 not (or not signed), 2 cannot be read."""
    from services.stack.audit_file import verify_audit_file

    raise typer.Exit(verify_audit_file(file, seals, key))


@app.command()
def doctor(
    quiet: Annotated[bool, typer.Option("--quiet", help="Only what is wrong.")] = False,
) -> None:
    """What is installed, reachable or configured badly, and what to do about it."""
    from services.stack.diagnosis import site
    from services.stack.doctor import examine

    with _one_sentence():
        findings = examine(site(chosen.settings(), inherited_environment()))
    for finding in findings:
        if not (quiet and finding.good):
            print(finding)
    raise typer.Exit(0 if all(finding.good for finding in findings) else 1)


def main() -> None:
    """The entry point."""
    app()


def _stack(sample_park: bool) -> None:
    with _one_sentence():
        show(chosen.settings(), inherited_environment(), SystemClock(), Progress(), sample_park)


def _service(name: str) -> None:
    with _one_sentence():
        settings = chosen.settings()
    import_module(f"services.{name}.run").main(settings)


@contextmanager
def _one_sentence() -> Iterator[None]:
    try:
        yield
    except Interrupted:
        raise SystemExit(130) from None
    except (Refusal, MigrationRefused) as refused:
        raise SystemExit(str(refused)) from None
    except psycopg.Error as error:
        first = (str(error).splitlines() or ["no reason given"])[0]
        raise SystemExit(f"The database refused: {first}; see to that and start again.") from None
