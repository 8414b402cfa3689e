"""pg_dump and pg_restore of the embedded prefix: a stream of bytes out, and one in."""

import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services.stack.refusal import Refusal

CHUNK = 2**18
PATH = "/usr/bin:/bin"


def dump(programs: str, database_url: str, snapshot: str) -> Iterator[bytes]:
    """The whole database at this exported moment, in pg_dump's own compressed format.

    Raises Refusal when pg_dump fails.
    """
    # The tables are under row-level security for their owner, too, who has a policy for all rows;
    # who has none reads nothing of most tables, and pg_dump says so.
    words = ["--format=custom", "--enable-row-security"]
    words += [f"--snapshot={snapshot}", "--lock-wait-timeout=60s"]
    with _started(programs, "pg_dump", database_url, words) as (process, said):
        assert process.stdout is not None
        while piece := process.stdout.read(CHUNK):
            yield piece
        _must_end_well(process, said, "could not be dumped")


def restore(programs: str, superuser_url: str, pieces: Iterable[bytes]) -> None:
    """Fill an empty database from a dump. Raises Refusal when pg_restore fails."""
    words = ["--exit-on-error"]
    with _started(programs, "pg_restore", superuser_url, words) as (process, said):
        assert process.stdin is not None
        try:
            for piece in pieces:
                process.stdin.write(piece)
            process.stdin.close()
        except BrokenPipeError:
            pass
        _must_end_well(process, said, "could not be restored")


@contextmanager
def _started(
    programs: str, name: str, url: str, words: list[str]
) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    """A program that is killed when the block is left before its end; and what it says."""
    fields = conninfo_to_dict(url)
    password = str(fields.pop("password", None) or "")
    address = make_conninfo("", **{key: str(value) for key, value in fields.items()})
    restoring = name == "pg_restore"
    with tempfile.TemporaryDirectory(prefix="parkwatch-") as folder:
        said = Path(folder) / "said"
        with said.open("wb") as file:
            process = subprocess.Popen(
                [str(Path(programs) / name), *words, f"--dbname={address}"],
                # The password by the environment, which other users cannot read.
                env={"PATH": PATH, "LC_ALL": "C.UTF-8", "PGPASSWORD": password},
                stdin=subprocess.PIPE if restoring else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL if restoring else subprocess.PIPE,
                stderr=file,
                start_new_session=True,
            )
        try:
            yield process, said
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None and not pipe.closed:
                    _close(pipe)


def _close(pipe: object) -> None:
    try:
        pipe.close()  # type: ignore[attr-defined]
    except BrokenPipeError:
        return


def _must_end_well(process: "subprocess.Popen[bytes]", said: Path, what: str) -> None:
    if process.wait() == 0:
        return
    lines = [
        line.partition("error: ")[2]
        for line in said.read_text(errors="replace").splitlines()
        if "error: " in line
    ]
    reason = (lines or [f"it ended with code {process.returncode}"])[0]
    raise Refusal(f"The database {what}: {reason[:300].rstrip('.')}.")
