"""The programs that an embedded stack starts, and the console that it serves."""

from collections.abc import Iterator

from services.stack import console
from services.stack.cache import Cache
from services.stack.diagnosis import Code, Finding, Site, refused
from services.stack.host import machine
from services.stack.packages import DATABASE, POSTGRES_BIN
from services.stack.refusal import Refusal

INSTALL = "run `make install`"
PROGRAMS = ("postgres", "initdb", "pg_dump", "pg_restore")


def installed(site: Site) -> Iterator[Finding]:
    """What `make install` should have left."""
    if site.settings.database_url is None:
        yield _database(site)
    if site.settings.mqtt_url is None:
        yield _broker(site)
    yield _console(site)


def _database(site: Site) -> Finding:
    code = Code.DATABASE_INSTALLED
    try:
        entry = DATABASE.entry(machine())
    except Refusal as refusal:
        return refused(code, refusal)
    cache = Cache(site.engines)
    prefix = cache.path(entry)
    if not cache.has(entry):
        return Finding(code, f"The embedded database is not installed in {site.engines}", INSTALL)
    missing = [name for name in PROGRAMS if not (prefix / POSTGRES_BIN / name).is_file()]
    if missing:
        what = f"The embedded database in {prefix} lacks {', '.join(missing)}"
        return Finding(code, what, f"delete {prefix} and {INSTALL}")
    return Finding(code, f"The embedded database is installed in {prefix}")


def _broker(site: Site) -> Finding:
    program = site.scripts / "nats-server"
    if program.is_file():
        return Finding(Code.BROKER_INSTALLED, f"The embedded broker is installed as {program}")
    what = f"The embedded broker is not installed: there is no {program}"
    return Finding(Code.BROKER_INSTALLED, what, INSTALL)


def _console(site: Site) -> Finding:
    if site.settings.console_dir is not None:
        page = site.settings.console_dir / "index.html"
        if page.is_file():
            return Finding(Code.CONSOLE_BUILT, f"The console is in {page.parent}")
        what = f"There is no console in {page.parent}, which PARKWATCH_CONSOLE_DIR names"
        return Finding(Code.CONSOLE_BUILT, what, f"correct that setting, or unset it and {INSTALL}")
    if not (site.console / "dist" / "index.html").is_file():
        return Finding(Code.CONSOLE_BUILT, "The console is not built", INSTALL)
    if not console.is_built(site.console):
        what = "The console was built from other sources than are here now"
        return Finding(Code.CONSOLE_BUILT, what, INSTALL)
    return Finding(Code.CONSOLE_BUILT, "The console is built")
