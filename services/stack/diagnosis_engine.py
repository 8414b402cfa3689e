"""The alarm engine's own disk: whether its spool and its snapshot are as they were written."""

from collections.abc import Iterator
from pathlib import Path

from services.alerts.book_file import is_whole_book
from services.alerts.segment import read_records, segments
from services.alerts.snapshot import is_whole
from services.stack.diagnosis import Code, Finding, Site
from services.stack.diagnosis_folder import chosen
from services.stack.refusal import Refusal


def engine(site: Site) -> Iterator[Finding]:
    """Nothing where no engine ever ran."""
    try:
        data = chosen(site)
    except Refusal:
        return
    if (data.path / "alerts" / "spool").is_dir():
        yield _spool(data.path / "alerts" / "spool", running=data.holder() is not None)
        yield _snapshot(data.path / "alerts")


def _spool(folder: Path, running: bool) -> Finding:
    count, damaged, torn, place = 0, 0, 0, folder
    known = segments(folder)
    for number, (_, path) in enumerate(known):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            continue
        seen = 0
        for record in read_records(data):
            if record.offset > seen:
                damaged, place = damaged + record.offset - seen, path
            count, seen = count + 1, record.end
        if number == len(known) - 1:
            torn = len(data) - seen
        elif len(data) > seen:
            damaged, place = damaged + len(data) - seen, path
    if damaged:
        what = f"{damaged} bytes of the alarm engine's spool are damaged, the last in {place}"
        remedy = (
            "the engine passes over them and judges that time again from the stored readings; "
            "look at the disk (smartctl -a), and take a backup to another one"
        )
        return Finding(Code.SPOOL, what, remedy)
    tail = "" if running or not torn else f", and {torn} bytes of a record that was not finished"
    return Finding(Code.SPOOL, f"The alarm engine's spool holds {count} sound records{tail}")


def _snapshot(folder: Path) -> Finding:
    for path, is_sound in ((folder / "snapshot", is_whole), (folder / "book", is_whole_book)):
        if path.exists() and not is_sound(path):
            what = f"{path} is damaged"
            remedy = (
                "the engine starts without it, from what is on record; look at the disk "
                "(smartctl -a), and take a backup to another one"
            )
            return Finding(Code.SNAPSHOT, what, remedy)
    return Finding(Code.SNAPSHOT, "The alarm engine's snapshot is sound")
