"""`docker-compose.yml` as this machine can start it: the same commands and environment, with
folders for volumes, loopback for the names of containers, and free ports."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.living.engines import REPOSITORY
from tests.living.port import free_port

FILE = REPOSITORY / "docker-compose.yml"
IMAGE_HOME = "/opt/parkwatch"
_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def written() -> dict[str, Any]:
    """The file, with YAML's own anchors and merges resolved."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Service:
    """One service, ready to be started here."""

    name: str
    command: list[str]
    environment: dict[str, str]
    health: list[str]
    needs: dict[str, str]
    """Other services, and until when this one waits for each."""
    volumes: dict[str, Path]


class Composition:
    """The file with `.env` as given, in a folder of this machine."""

    def __init__(self, folder: Path, dotenv: Mapping[str, str]) -> None:
        self.folder = folder
        self._dotenv = dotenv
        self._written = written()["services"]
        # The ports inside the containers, all of which are one machine's here.
        self.ports = {inside: free_port() for inside in ("5432", "1883", "4222", "8222", "8000")}

    def volume(self, name: str) -> Path:
        """The folder that stands for a volume; a bind mount is beside the file."""
        return self.folder / name.removeprefix("./")

    def services(self) -> list[Service]:
        """All of them, each behind those it waits for."""
        known = {name: self._service(name) for name in self._written}
        order: list[Service] = []
        while len(order) < len(known):
            there = {service.name for service in order}
            free = [s for s in known.values() if s.name not in there and there >= s.needs.keys()]
            assert free, f"these wait for each other: {known.keys() - there}"
            order += free
        return order

    def _service(self, name: str) -> Service:
        said = self._written[name]
        volumes = [each.split(":")[:2] for each in said.get("volumes", [])]
        folders = {inside: self.volume(outside) for outside, inside in volumes}
        folders |= self._parents(name, folders)
        environment = {
            key: self._here(str(value), folders)
            for key, value in said.get("environment", {}).items()
        }
        return Service(
            name,
            self._words(said["command"], folders),
            environment,
            self._words(said.get("healthcheck", {}).get("test", ["CMD"])[1:], folders),
            {other: how["condition"] for other, how in said.get("depends_on", {}).items()},
            folders,
        )

    def _parents(self, name: str, folders: Mapping[str, Path]) -> dict[str, Path]:
        """A folder of links for each folder that holds several volumes."""
        above = {str(Path(inside).parent) for inside in folders if inside.count("/") == 2}
        made = {inside: self.folder / "mounts" / name / inside.strip("/") for inside in above}
        for inside, place in made.items():
            place.mkdir(parents=True, exist_ok=True)
            for below, target in folders.items():
                link = place / Path(below).name
                if str(Path(below).parent) == inside and not link.is_symlink():
                    link.symlink_to(target)
        return made

    def _words(self, words: list[str], folders: Mapping[str, Path]) -> list[str]:
        found = [self._here(word, folders) for word in words]
        if found[:1] == ["python"]:
            found[0] = sys.executable
        return found

    def _here(self, text: str, folders: Mapping[str, Path]) -> str:
        """Variables as compose fills them in, then this machine's places."""
        text = _VARIABLE.sub(lambda found: self._dotenv.get(found[1], found[2]), text)
        longest = "|".join(sorted(folders, key=len, reverse=True)) or "(?!)"
        text = re.sub(
            rf"(^|=)({longest})(?=/|$)", lambda found: f"{found[1]}{folders[found[2]]}", text
        )
        text = text.replace(IMAGE_HOME, str(REPOSITORY)).replace("0.0.0.0", "127.0.0.1")
        text = re.sub(r"\b(database|broker|api):(?=\d)", "127.0.0.1:", text)
        return re.sub(
            rf"(?<=[:=])({'|'.join(self.ports)})\b|^({'|'.join(self.ports)})$",
            lambda found: str(self.ports[found[0]]),
            text,
        )
