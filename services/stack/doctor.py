"""What is installed, reachable or configured badly: one line each, with what to do about it."""

from collections.abc import Callable, Iterator

from services.stack.diagnosis import Code, Finding, Site
from services.stack.diagnosis_engine import engine
from services.stack.diagnosis_folder import folder
from services.stack.diagnosis_installed import installed
from services.stack.diagnosis_servers import servers
from services.stack.diagnosis_time import time

AREAS: tuple[Callable[[Site], Iterator[Finding]], ...] = (
    installed,
    folder,
    servers,
    engine,
    time,
)


def examine(site: Site) -> list[Finding]:
    """Look at everything; nothing is changed, and nothing is raised."""
    return list(dict.fromkeys(each for area in AREAS for each in _looked_at(area, site)))


def _looked_at(area: Callable[[Site], Iterator[Finding]], site: Site) -> Iterator[Finding]:
    """What an area shows, as far as this user may look."""
    try:
        yield from area(site)
    except OSError as error:
        what = f"{error.filename or site.settings.data_dir} cannot be read ({error.strerror})"
        remedy = "look as the user who starts the stack; if it is that one, look at the disk"
        yield Finding(Code.DATA_DIR_ACCESS, what, remedy)
