"""What Parkwatch is made of, as CycloneDX: from the locks, so that it says what is installed.

Renew it: `.venv/bin/python -m services.stack.sbom > docs/reference/sbom.cdx.json`
"""

import base64
import json
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = re.compile(
    r"macosx|-win|musllinux|ios_|android|pypy|-pp\d|pyodide|wasm|-cp3(?!11-|11_)\d+t?-"
)
"""Files for machines that `make install` and the image are not for; the lock has their digests too."""
Json = dict[str, Any]


def document() -> str:
    """The same text for the same locks: no time, and a number made of its content."""
    ours, every = _packages("--no-default-groups"), _packages("--all-groups", "--all-extras")
    running = {each["purl"] for each in ours["components"]}
    for each in every["components"]:
        files = each.get("externalReferences", [])
        ours_of = [file for file in files if not ELSEWHERE.search(file["url"])]
        each["externalReferences"] = ours_of or files
        each["scope"] = "required" if each["purl"] in running else "excluded"
    found = {
        "bomFormat": "CycloneDX",
        "specVersion": every["specVersion"],
        "version": 1,
        "metadata": {"component": _itself(every)},
        "components": [*every["components"], *_console(), *_images()],
        "dependencies": every["dependencies"],
    }
    digest = sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
    number = f"urn:uuid:{uuid5(NAMESPACE_URL, digest)}"
    whole = {"bomFormat": "CycloneDX", "serialNumber": number} | found
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _packages(*which: str) -> Json:
    """Python's, as uv tells them of `uv.lock`."""
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    words = [
        str(uv),
        "export",
        "--quiet",
        "--frozen",
        "--offline",
        "--format",
        "cyclonedx1.5",
        *which,
    ]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    found: Json = json.loads(done.stdout)
    # uv numbers what it names; a name and a version say as much, and stay when something comes before.
    text = re.sub(r'"([\w.-]+?)-\d+@([^"]+)"', r'"\1@\2"', json.dumps(found))
    renamed: Json = json.loads(text)
    return renamed


def _itself(found: Json) -> Json:
    component: Json = found["metadata"]["component"]
    return component | {"type": "application", "licenses": [{"license": {"id": "Apache-2.0"}}]}


def _console() -> Iterator[Json]:
    """The console's, of `package-lock.json`; what only builds it is no part of what runs."""
    lock = json.loads((ROOT / "console/package-lock.json").read_text("utf-8"))
    for place, each in sorted(lock["packages"].items()):
        if not place:
            continue
        name = place.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{quote(name, safe='/')}@{each['version']}"
        component = {
            "type": "library",
            "bom-ref": f"{place}@{each['version']}",
            "name": name,
            "version": each["version"],
            "scope": "excluded" if each.get("dev") else "required",
            "purl": purl,
        }
        if "license" in each:
            component["licenses"] = [_licence(each["license"])]
        if "integrity" in each:
            component["hashes"] = [_hash(each["integrity"])]
        yield component


def _licence(text: str) -> Json:
    if re.search(r"\s", text):
        return {"expression": text.strip("()")}
    return {"license": {"id": text}}


def _hash(integrity: str) -> Json:
    kind, _, digest = integrity.partition("-")
    return {"alg": kind.replace("sha", "SHA-"), "content": base64.b64decode(digest).hex()}


def _images() -> Iterator[Json]:
    """Those that the containers are built of, or are."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    text += (ROOT / "deploy/Dockerfile").read_text("utf-8")
    found = re.findall(
        r"(?m)^(?:\s+image: |FROM )([\w./-]+:[\w.-]+)(?:@sha256:([0-9a-f]{64}))?", text
    )
    for each, digest in sorted(set(found)):
        name, _, version = each.rpartition(":")
        if name != "parkwatch":
            component = {
                "type": "container",
                "bom-ref": each,
                "name": name,
                "version": version,
                "purl": f"pkg:docker/{name}@{version}",
            }
            if digest:
                component["hashes"] = [{"alg": "SHA-256", "content": digest}]
            yield component


if __name__ == "__main__":
    sys.stdout.write(document())
