"""The user that the database runs as: PostgreSQL refuses root."""

import os
import pwd
from pathlib import Path

from services.stack.refusal import Refusal
from services.stack.tool import Failed, run

CANDIDATES = ("parkwatch", "postgres", "nobody")


def database_account(existing: Path) -> str | None:
    """The account to start the database with: None for an ordinary user, who is fit himself.

    For root, the owner of the `existing` data if there is any, else the first of the
    candidates that this machine knows.
    """
    if os.geteuid() != 0:
        return None
    if existing.is_dir():
        owner = existing.stat().st_uid
        try:
            return pwd.getpwuid(owner).pw_name if owner != 0 else _first_known()
        except KeyError as error:
            raise Refusal(
                f"{existing} belongs to user id {owner}, whom this machine does not know: "
                "give it to an existing user other than root (chown -R)."
            ) from error
    return _first_known()


def who_runs() -> str:
    """Who started this program, as the machine knows them."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user id {os.getuid()}"


def can_reach(account: str | None, folder: Path) -> bool:
    """Whether this account may enter the folder (its nearest existing parent)."""
    while not folder.exists():
        folder = folder.parent
    if account is None:
        return True
    try:
        run(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder], cwd=Path("/"), account=account)
    except Failed:
        return False
    return True


def give(account: str | None, folder: Path) -> None:
    """Make the folder and hand it to the account, for its eyes only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if account is not None:
        owner = pwd.getpwnam(account)
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def _first_known() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in CANDIDATES:
        if name in known:
            return name
    raise Refusal(
        "The database cannot run as root and this machine has no other fit user: "
        "run `useradd --system parkwatch` and start again."
    )
