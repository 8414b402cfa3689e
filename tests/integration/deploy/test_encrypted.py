"""With certificates nothing crosses the network in the clear, and everything still works."""

import json
import secrets
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from websockets.sync.client import connect

from tests.living.engines import REPOSITORY, mosquitto
from tests.living.field import finish, replay
from tests.living.outcome import eventually
from tests.living.park import IN_FORCE_S, Gateway, Json
from tests.living.stack import Stack, new_folder

pytestmark = pytest.mark.stack

PARK = "park.example"


class Encrypted(Stack):
    """A stack with one self-signed certificate for both doors, made by the documented script."""

    def __init__(self, folder: Path) -> None:
        made = folder / "certs"
        script = REPOSITORY / "deploy" / "certificate.sh"
        subprocess.run(["sh", script, PARK, made], check=True, capture_output=True)
        self.certificate = made / "park.crt"
        key = str(made / "park.key")
        pair = {"TLS_CERT": str(self.certificate), "TLS_KEY": key}
        own = {f"{door}_{name}": value for door in ("HTTP", "MQTT") for name, value in pair.items()}
        super().__init__(folder, "up", **own)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.http_port}"

    def trust(self) -> ssl.SSLContext:
        """What a browser has that was given the certificate."""
        return ssl.create_default_context(cafile=self.certificate)


@pytest.fixture(scope="module")
def encrypted() -> Iterator[Encrypted]:
    stack = Encrypted(new_folder())
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
        stack.exterminate()
        stack.remove()


@pytest.fixture(scope="module")
def admin(encrypted: Encrypted) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=f"{encrypted.url}/api/v1", verify=encrypted.trust()) as client:
        form = {"username": "admin", "password": encrypted.admin_password}
        token = client.post("/auth/token", data=form).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


@pytest.fixture(scope="module")
def gateway(admin: httpx2.Client, encrypted: Encrypted) -> Gateway:
    code = f"T-{secrets.token_hex(4)}"
    assert admin.post("/enterprises", json={"code": code, "name": code}).status_code == 201
    made = admin.post(f"/enterprises/{code}/gateways", json={"code": "gw1"}).json()
    return Gateway(code, "gw1", made["username"], made["password"], encrypted.mqtt_port)


def publish(gateway: Gateway, payload: Json, *words: str) -> subprocess.CompletedProcess[str]:
    program = [str(mosquitto("mosquitto_pub")), "-h", "127.0.0.1", "-p", str(gateway.mqtt_port)]
    login = ["-u", gateway.username, "-P", gateway.password, "-q", "1", "-t", gateway.topic]
    text = json.dumps(payload)
    return subprocess.run(
        [*program, *login, "-m", text, *words], capture_output=True, text=True, timeout=15
    )


def test_the_ready_line_names_an_address_that_a_browser_can_open(encrypted: Encrypted) -> None:
    assert f"parkwatch ready: {encrypted.url}\n" in encrypted.output.read_text()


def test_the_watcher_knows_both_doors_by_their_certificate(encrypted: Encrypted) -> None:
    def passed() -> bool:
        found = httpx2.get(f"{encrypted.url}/canaryz", verify=encrypted.trust()).json()
        return any(each["returned"] for each in found["passes"])

    eventually(passed, 30.0, "the canary came through")


def test_a_reading_sent_over_tls_is_an_alarm_on_an_encrypted_screen(
    encrypted: Encrypted, admin: httpx2.Client, gateway: Gateway
) -> None:
    point = {"enterprise": gateway.enterprise, "tag": "GT-1", "kind": "combustible_gas"}
    assert admin.post("/points", json={**point, "unit": "%LEL"}).status_code == 201
    rule = {"kind": "limit", "condition": "HH", "limit": 50, "grade": 1}
    named = {"enterprise": gateway.enterprise, "tag": "GT-1"}
    assert admin.post("/rules", json={**rule, **named}).status_code == 201
    time.sleep(IN_FORCE_S)
    ticket = admin.post("/live/ticket").json()["ticket"]
    live = encrypted.url.replace("https://", "wss://") + f"/api/v1/live?ticket={ticket}"
    with connect(live, ssl=encrypted.trust(), max_size=None) as screen:
        sent = publish(gateway, {"values": {"GT-1": 60}}, "--cafile", str(encrypted.certificate))
        assert sent.returncode == 0, sent.stderr
        eventually(
            lambda: raised(json.loads(screen.recv(timeout=10)), gateway.enterprise),
            20.0,
            "the alarm on the screen",
        )


def raised(message: Json, enterprise: str) -> bool:
    if message["type"] != "alarm":
        return False
    return bool(message["alarm"]["enterprise"] == enterprise and message["event"] == "raised")


def test_a_recording_is_replayed_over_tls(
    encrypted: Encrypted, admin: httpx2.Client, gateway: Gateway, tmp_path: Path
) -> None:
    recording = tmp_path / "past.csv"
    recording.write_text("measured_at,LI-7\n2026-01-05T08:14:20+08:00,4.2\n")
    finish(replay(encrypted, recording, gateway, "--ca", str(encrypted.certificate)))

    def arrived() -> bool:
        tags = admin.get("/unregistered-tags", params={"enterprise": gateway.enterprise})
        return any(item["tag"] == "LI-7" for item in tags.json()["items"])

    eventually(arrived, 10.0, "the replayed tag")


def test_a_gateway_that_does_not_encrypt_is_not_let_in(gateway: Gateway) -> None:
    assert publish(gateway, {"values": {"GT-1": 1}}).returncode != 0


def test_a_gateway_finds_out_a_broker_with_another_certificate(
    gateway: Gateway, tmp_path: Path
) -> None:
    script = REPOSITORY / "deploy" / "certificate.sh"
    subprocess.run(["sh", script, PARK, tmp_path], check=True, capture_output=True)
    sent = publish(gateway, {"values": {"GT-1": 1}}, "--cafile", str(tmp_path / "park.crt"))
    assert sent.returncode != 0


def test_the_console_says_nothing_in_the_clear(encrypted: Encrypted) -> None:
    with socket.create_connection(("127.0.0.1", encrypted.http_port), timeout=5) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            answered = plain.recv(100)
        except ConnectionResetError:
            answered = b""
    assert not answered.startswith(b"HTTP/")
