"""The code is held to what keeps strangers out, by a machine (S32, S34, S46, S48)."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
RUFF_SECURITY = (
    # Of flake8-bandit what holds without exception: assertions about input, evaluated text, weak digests
    # and ciphers, unverified TLS, shells, SQL made of text, XML that grows, loaders that run what they load.
    "S102,S104,S105,S107,S113,S202,S301,S302,S304,S305,S306,S307,S312,S321,S323,S324,S501,S502,S505,"
    "S506,S508,S509,S601,S602,S604,S605,S608,S609,S611,S612,S701,S702"
)
MARKUP = re.compile(
    r"\{@html|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\("
)
INLINE = re.compile(r"<[a-z][^>{]*\s(?:style|on[a-z]+)=\"", re.I)
PRIVATE = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/=]{20}")
KEYS = re.compile(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[baprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9]{32,}"
)


def tracked() -> list[Path]:
    words = ["git", "ls-files", "-z"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=True)
    found = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return [path for path in found if path.is_file() and not path.is_symlink()]


def test_s48_what_ruff_knows_of_weak_code_is_nowhere() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", RUFF_SECURITY, "--quiet",
         "--output-format", "concise", "services", "device_sim"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    allowed = re.compile(ALLOWED)
    found = [
        line for line in done.stdout.splitlines() if ": S" in line and not allowed.search(line)
    ]
    assert found == []
    assert done.returncode in (0, 1), done.stderr


ALLOWED = "|".join(
    [
        # Asks whether a setting names every interface, and does not listen there.
        r"services/stack/(broker|show|watching)\.py:\d+:\d+: S104",
        # Inside a container, where the composition says what is published.
        r"services/stack/installation\.py:\d+:\d+: S104",
        # The name of a variable, and the mark of those who have no password.
        r"device_sim/secret\.py:\d+:\d+: S105",
        r"services/domain/password_mark\.py:\d+:\d+: S105",
    ]
)


def test_s48_the_rules_of_our_own_for_semgrep_are_whole() -> None:
    rules = yaml.safe_load((ROOT / "tests/semgrep/rules.yaml").read_text("utf-8"))["rules"]
    assert len(rules) >= 8
    for rule in rules:
        assert {"id", "languages", "severity", "message"} <= rule.keys()
        for place in rule.get("paths", {}).get("exclude", []):
            assert (ROOT / place.strip("/").removesuffix("/**")).exists(), place


def test_s32_the_console_makes_no_markup_of_what_somebody_wrote() -> None:
    sources = [
        path for path in (ROOT / "console/src").rglob("*") if path.suffix in (".ts", ".svelte")
    ]
    assert len(sources) > 100
    assert [str(path) for path in sources if MARKUP.search(path.read_text("utf-8"))] == []


def test_s29_nothing_inline_stands_in_a_page() -> None:
    """The policy would not run it; a style in a tag is one, too."""
    pages = [*(ROOT / "console/src").rglob("*.svelte"), ROOT / "console/index.html"]
    assert [str(page) for page in pages if INLINE.search(page.read_text("utf-8"))] == []
    assert "<script>" not in (ROOT / "console/index.html").read_text("utf-8")


def test_s46_no_key_and_no_password_is_in_the_repository() -> None:
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "ignore")
        if PRIVATE.search(text) or KEYS.search(text):
            found.append(str(path.relative_to(ROOT)))
    assert found == []
    assert [
        path.name for path in tracked() if path.suffix in (".pem", ".key", ".p12", ".env")
    ] == []


def test_s34_no_statement_is_made_of_text() -> None:
    """Whatever runs SQL takes it by name from a file, or as a constant."""
    pasted = re.compile(
        r"""execute\(\s*(?:f["']|["'][^"']*["']\s*(?:%|\+|\.format))|SQL\(\s*f["']"""
    )
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "services").rglob("*.py")
        if pasted.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_s10_nothing_of_a_tenant_is_said_by_the_databases_own_way() -> None:
    """NOTIFY has no reader's rights: whoever may connect hears every channel."""
    said = re.compile(r"(?i)\bpg_notify\b|^\s*(NOTIFY|LISTEN)\s", re.M)
    sources = [*(ROOT / "services").rglob("*.sql"), *(ROOT / "services").rglob("*.py")]
    assert len(sources) > 300
    assert [str(path) for path in sources if said.search(path.read_text("utf-8"))] == []
