"""The data folder: whether it can be used, who can read its secrets, what runs on it, the ports."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from services.stack.data_dir import DataDir, choose
from services.stack.diagnosis import Code, Finding, Site, refused
from services.stack.ports import claim
from services.stack.refusal import Refusal
from services.stack.show import address
from services.stack.up import answers

LITTLE = 2 * 2**30
GIB = 2**30


def chosen(site: Site) -> DataDir:
    """The folder of the settings. Raises Refusal."""
    settings = site.settings
    return DataDir(choose(settings.data_dir, "data_dir" in settings.model_fields_set)[0])


def folder(site: Site) -> Iterator[Finding]:
    """Everything about the data folder and what wants to run on it."""
    try:
        data = chosen(site)
    except Refusal as refusal:
        yield refused(Code.DATA_DIR, refusal)
        return
    yield _space(site, data.path)
    if not data.path.exists():
        yield Finding(Code.DATA_DIR, f"{data.path} is not there yet; the first start makes it")
        yield _access(_nearest(data.path))
        yield from ports(site)
        return
    yield _whole(data)
    yield _access(data.path)
    if data.secrets.is_dir():
        yield _secrets(data.secrets)
    yield from _running(site, data)


def ports(site: Site) -> Iterator[Finding]:
    """Whether what a start would listen on is free."""
    settings = site.settings
    wanted = [(settings.http_host, settings.http_port, "the console", "HTTP_PORT")]
    if settings.mqtt_url is None:
        wanted.append((settings.mqtt_host, settings.mqtt_port, "the gateways' MQTT", "MQTT_PORT"))
    if settings.database_url is None and settings.db_port is not None:
        wanted.append(("127.0.0.1", settings.db_port, "the database", "DB_PORT"))
    for host, port, what, setting in wanted:
        try:
            claim(host, port, what, setting)
            yield Finding(Code.PORT_FREE, f"Port {port} on {host}, for {what}, is free")
        except Refusal as refusal:
            yield refused(Code.PORT_FREE, refusal)


def _whole(data: DataDir) -> Finding:
    if not data.path.is_dir():
        what = f"{data.path} is a file where a folder is needed"
        return Finding(Code.DATA_DIR, what, "move it, or set PARKWATCH_DATA_DIR to another folder")
    if data.half_restored.exists():
        what = f"A restore into {data.path} was interrupted"
        return Finding(Code.DATA_DIR, what, "delete that folder and restore again")
    return Finding(Code.DATA_DIR, f"{data.path} is the data folder")


def _access(path: Path) -> Finding:
    """Whether this user may use the folder and what its services keep in it."""
    inside = [path / name for name in ("logs", "run", "secrets", "alerts", "broker")]
    for each in [path, *(one for one in inside if one.exists())]:
        if not os.access(each, os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
            owner = each.stat().st_uid
            what = f"This user (id {os.geteuid()}) may not write in {each}, which belongs to id {owner}"
            remedy = f"start as that user, or give the folder to this one: chown -R {os.geteuid()} {each}"
            return Finding(Code.DATA_DIR_ACCESS, what, remedy)
    return Finding(Code.DATA_DIR_ACCESS, f"This user may write in {path}")


def _secrets(path: Path) -> Finding:
    others = stat.S_IRWXG | stat.S_IRWXO
    open_ones = [each for each in (path, *sorted(path.iterdir())) if each.stat().st_mode & others]
    if not open_ones:
        return Finding(Code.SECRETS_CLOSED, f"Only their owner can read the secrets in {path}")
    what = f"Other users of this machine can read {open_ones[0]}"
    remedy = f"close it with chmod -R go= {path}; if others used this machine, change the passwords"
    return Finding(Code.SECRETS_CLOSED, what, remedy)


def _space(site: Site, path: Path) -> Finding:
    free = site.free(_nearest(path))
    words = f"{free / GIB:.1f} GiB are free on the disk of {path}"
    if free > LITTLE:
        return Finding(Code.DISK_SPACE, words)
    remedy = "free some, or move the folder to a larger disk: below 2 GiB is little"
    return Finding(Code.DISK_SPACE, f"Only {words}", remedy)


def _running(site: Site, data: DataDir) -> Iterator[Finding]:
    process, url = data.holder(), address(site.settings)
    if process is None:
        yield Finding(Code.STACK, f"No stack runs on {data.path}")
        yield from ports(site)
    elif answers(f"{url}/readyz"):
        yield Finding(Code.STACK, f"A stack runs on {data.path} (process {process}) and is ready")
    elif answers(f"{url}/healthz"):
        what = f"The stack on {data.path} (process {process}) runs and takes no readings"
        yield Finding(Code.STACK, what, f"see {url}/readyz and the logs in {data.logs}")
    else:
        what = f"A stack runs on {data.path} (process {process}), and nothing answers at {url}"
        remedy = (
            "if you want a second stack, set PARKWATCH_DATA_DIR to another folder; if it is this "
            f"one, look with the settings it was started with, and see {data.logs}"
        )
        yield Finding(Code.STACK, what, remedy)


def _nearest(path: Path) -> Path:
    """The path, or its nearest parent that is there."""
    while not path.exists():
        path = path.parent
    return path
