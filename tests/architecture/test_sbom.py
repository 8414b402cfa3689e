"""What is written is checked: the bill of materials is of the locks that are installed (S47)."""

import json
import re
from importlib.metadata import distributions
from pathlib import Path

from services.stack.sbom import document

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs/reference/sbom.cdx.json"
COPYLEFT = re.compile(r"(?i)\b(A?GPL|SSPL|BUSL)")
"""What would bind whoever hands the platform on; LGPL (psycopg) does not, used as a library."""
REGISTRIES = ("https://pypi.org/simple",)


def test_s47_the_bill_of_materials_is_of_these_locks() -> None:
    """Renew it: .venv/bin/python -m services.stack.sbom > docs/reference/sbom.cdx.json"""
    assert FILE.read_text("utf-8") == document()


def test_s47_everything_that_runs_is_on_it_with_its_digest() -> None:
    found = json.loads(FILE.read_text("utf-8"))["components"]
    assert len({each["bom-ref"] for each in found}) == len(found) > 100
    libraries = [each for each in found if each["type"] == "library"]
    for each in libraries:
        files = each.get("externalReferences", [])
        digests = [*each.get("hashes", []), *(d for file in files for d in file["hashes"])]
        assert digests, each["name"]
        assert {digest["alg"] for digest in digests} <= {"SHA-256", "SHA-512"}
    running = {each["name"] for each in libraries if each["scope"] == "required"}
    assert {"fastapi", "psycopg", "cryptography", "uplot"} <= running
    assert not {"pytest", "vite"} & running
    assert {"nats", "timescale/timescaledb"} <= {
        e["name"] for e in found if e["type"] == "container"
    }


def test_s47_every_package_is_locked_by_digest_and_from_the_registry_that_we_name() -> None:
    lock = (ROOT / "uv.lock").read_text("utf-8")
    assert set(re.findall(r'registry = "([^"]+)"', lock)) == set(REGISTRIES)
    files = re.findall(r"\{ url = [^}]+\}", lock)
    assert len(files) > 500
    assert [each for each in files if not re.search(r'hash = "sha256:[0-9a-f]{64}"', each)] == []
    npm = json.loads((ROOT / "console/package-lock.json").read_text("utf-8"))["packages"]
    assert [place for place, each in npm.items() if place and "integrity" not in each] == []
    pinned = (ROOT / "deploy/uv-requirements.txt").read_text("utf-8")
    assert re.search(r"(?m)^uv==[\d.]+ \\$", pinned)
    assert "--require-hashes" in (ROOT / "deploy/Dockerfile").read_text("utf-8")


def test_s47_no_licence_binds_whoever_hands_it_on() -> None:
    components = json.loads(FILE.read_text("utf-8"))["components"]
    running = {each["name"] for each in components if each.get("scope") == "required"}
    bound = {}
    for each in distributions():
        about = each.metadata
        named = [*(about.get_all("License-Expression") or []), *(about.get_all("License") or [])]
        classified = [line for line in about.get_all("Classifier") or [] if "License" in line]
        told = [*named, *classified, ""]
        if about["Name"].lower().replace("_", "-") in running and "LGPL" not in told[0]:
            words = " ".join(line.splitlines()[0] for line in told if line)
            if COPYLEFT.search(words) and "Lesser" not in words:
                bound[about["Name"]] = words
    assert bound == {}
