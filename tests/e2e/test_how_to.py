"""The page about a first gateway, followed word by word: its commands, its program, in its order."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.living.engines import REPOSITORY, SCRIPTS, mosquitto
from tests.living.stack import Stack

PAGES = REPOSITORY / "docs" / "how-to"
NAMES = (
    "connect-your-first-gateway",
    "connect-other-gateways",
    "run-on-a-server",
    "run-several-workers",
)
BLOCK = re.compile(r"(?ms)^```(\w+)\n(.*?)^```")


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each block, in order."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def plain(text: str) -> str:
    """A block without its comments, which are in the page's language."""
    return re.sub(r'(?m)\s*(#|"""|--) ?.*$', "", text)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_show_the_same_commands(name: str) -> None:
    english, chinese = blocks(PAGES / f"{name}.md"), blocks(PAGES / f"{name}.zh-CN.md")
    assert [plain(text) for _, text in english] == [plain(text) for _, text in chinese]


@pytest.mark.stack
def test_gateways_are_connected_by_following_the_pages(stack: Stack) -> None:
    found = blocks(PAGES / "connect-your-first-gateway.md")
    found += blocks(PAGES / "connect-other-gateways.md")
    (program,) = [text for language, text in found if language == "python"]
    (stack.folder / "gateway.py").write_text(here(program, stack), encoding="utf-8")
    commands = "".join(f"echo '=== {i}'\n{text}" for i, text in enumerate(shell(found)))
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", here(commands, stack)],
        cwd=stack.folder,
        env=os.environ | {"PATH": f"{SCRIPTS}:{mosquitto('mosquitto_pub').parent}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = [part.partition("\n")[2] for part in done.stdout.split("=== ")[1:]]
    names = ("values", "alarms", "python", "neuron", "trouble", "thingsboard", "senml", "http")
    shown = dict(zip(names, said[3:], strict=True))
    assert newest(shown["values"]) == {"GT-101": 12.5, "TI-102": 21.4}
    (alarm,) = items(shown["alarms"])
    assert (alarm["tag"], alarm["grade"], alarm["state"]) == ("GT-101", 2, "unacknowledged")
    assert "connected\nacknowledged\n" in shown["python"]
    assert [item["value"] for item in items(shown["python"])] == [21.4, 21.5, 21.5, 21.5]
    assert newest(shown["neuron"]) == {"GT-101": 4.5, "TI-102": None}
    tags, letters, events = [json.loads(line)["items"] for line in shown["trouble"].splitlines()]
    assert [tag["tag"] for tag in tags] == ["GT-999"]
    assert "TI-102" in letters[0]["reason"]
    assert events == []
    assert newest(shown["thingsboard"])["Tank 7/temperature"] == 42
    assert newest(shown["senml"]) | {"Tank 7/temperature": 0} == {
        "GT-101": 6.5, "TI-102": 294.6, "Tank 7/temperature": 0
    }  # fmt: skip
    qualities = {item["tag"]: item["quality"] for item in items(shown["senml"])}
    assert (qualities["GT-101"], qualities["TI-102"]) == ("good", "uncertain")
    assert shown["http"].count('{"messages":1}') == 2
    assert newest(shown["http"])["GT-101"] == 7.5
    assert newest(shown["http"])["TI-102"] == 21


def shell(found: list[tuple[str, str]]) -> list[str]:
    return [text for language, text in found if language == "sh"]


def here(text: str, stack: Stack) -> str:
    """The page's ports are the defaults; this stack has others."""
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{stack.http_port}")
    return re.sub(r"(?<=-p )1883|(?<=, )1883(?=\))", str(stack.mqtt_port), text)


def items(answer: str) -> list[dict[str, Any]]:
    """The list in the last line of what a block printed."""
    found: list[dict[str, Any]] = json.loads(answer.strip().splitlines()[-1])["items"]
    return found


def newest(answer: str) -> dict[str, float | None]:
    return {item["tag"]: item["value"] for item in items(answer)}
