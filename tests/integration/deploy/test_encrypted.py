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
import jwt
import psycopg
import pytest
from websockets.sync.client import connect

from tests.living.engines import REPOSITORY, mosquitto
from tests.living.field import finish, replay
from tests.living.outcome import eventually
from tests.living.park import IN_FORCE_S, Gateway, Json
from tests.living.sockets import listening
from tests.living.stack import PARKWATCH, Stack, new_folder

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


def handshakes(port: int, newest: ssl.TLSVersion, ciphers: str = "ALL:@SECLEVEL=0") -> bool:
    """Whether somebody who knows nothing newer is spoken with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(ciphers)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, newest
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=PARK):
                return True
        except (ssl.SSLError, OSError):
            return False


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_s15_nothing_older_than_tls_1_2_is_spoken_at_either_door(encrypted: Encrypted) -> None:
    for port in (encrypted.http_port, encrypted.mqtt_port):
        assert handshakes(port, ssl.TLSVersion.TLSv1_3)
        assert handshakes(port, ssl.TLSVersion.TLSv1_2)
        assert not handshakes(port, ssl.TLSVersion.TLSv1_1)
    weak = "AES128-SHA256:ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384"
    assert not handshakes(encrypted.http_port, ssl.TLSVersion.TLSv1_2, weak)


def test_s29_what_comes_encrypted_is_told_to_come_so_again(admin: httpx2.Client) -> None:
    for path in ("/me", "/nothing-here", "/../../healthz"):
        assert admin.get(path).headers["strict-transport-security"] == "max-age=31536000"


def test_s16_nothing_listens_to_a_network_but_the_two_doors(encrypted: Encrypted) -> None:
    """Database, the broker's own port and whatever else there is are for this machine alone, and
    here the doors are too, since nobody said otherwise."""
    assert encrypted.supervisor is not None
    found = {
        (address.ip, address.port)
        for process in encrypted.processes()
        for address in listening(process.pid)
    }
    assert len(found) > 3, "the database and the broker are among them"
    assert {encrypted.http_port, encrypted.mqtt_port} <= {port for _, port in found}
    assert {ip for ip, _ in found} == {"127.0.0.1"}


def test_s31_nothing_secret_stands_in_any_log_of_the_run(
    encrypted: Encrypted, admin: httpx2.Client, gateway: Gateway
) -> None:
    """Everything in the folder of secrets, the passwords that were given, a token, a ticket, a key."""
    token = admin.headers["Authorization"].removeprefix("Bearer ")
    ticket = admin.post("/live/ticket").json()["ticket"]
    key = admin.post(
        "/api-keys", json={"name": "k", "role": "regulator", "scopes": ["read"], "days": 1}
    ).json()["key"]
    address = encrypted.url.replace("https", "wss") + f"/api/v1/live?ticket={ticket}"
    with connect(address, ssl=encrypted.trust()) as live:
        live.recv(timeout=20)
    wrong = {"username": "admin", "password": "a-wrong-password-of-ours"}
    assert admin.post("/auth/token", data=wrong).status_code == 401
    kept = [path.read_text("utf-8").strip() for path in secrets_of(encrypted)]
    words = {*kept, token, ticket, key, gateway.password, wrong["password"]}
    words |= {encrypted.admin_password, token.rpartition(".")[2]}
    texts = {path: path.read_text("utf-8", "replace") for path in logs_of(encrypted)}
    assert len(kept) > 5
    assert any("signed in" in text for text in texts.values()), "the run is in them"
    found = [
        (path.name, word[:4]) for path, text in texts.items() for word in words if word in text
    ]
    assert found == []


def test_s46_secrets_are_rotated_while_everything_runs(
    encrypted: Encrypted, admin: httpx2.Client, gateway: Gateway
) -> None:
    """Nothing is started again, nobody is signed out, and what is sent is stored."""
    before = {path.name: path.read_text("utf-8") for path in secrets_of(encrypted)}
    running = {process.pid for process in encrypted.processes()}
    rotated = rotate(encrypted)
    assert rotated.returncode == 0, rotated.stderr
    after = {path.name: path.read_text("utf-8") for path in secrets_of(encrypted)}
    changed = {name for name in before if before[name] != after[name]}
    services = {"svc-ingest", "svc-alerts", "svc-api", "svc-watcher", "svc-broker-admin"}
    assert {"token_key", "pw_owner", "pw_ingest", "pw_alerts", "pw_api"} | services <= changed
    assert before["token_key"].strip() in after["token_key"], "for as long as its tokens live"
    assert not {"client_id", "journal_key", "admin_password"} & changed
    assert before["notice_key"].strip() in after["notice_key"], "for what it sealed"
    assert rotate(encrypted, "journal").returncode == 0
    keys = (encrypted.data_dir / "secrets" / "journal_key").read_text().splitlines()
    assert keys[1].split()[0] == before["journal_key"].strip(), "it signs that it is relieved"

    url = f"postgresql://pw_api:{before['pw_api'].strip()}@127.0.0.1:{encrypted.db_port}/parkwatch"
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url, connect_timeout=5)
    assert admin.get("/me").status_code == 200, "signed in by the key of before"
    eventually(lambda: signs_by_another_key(encrypted, admin), 60.0, "the new key signs")

    def stored() -> bool:
        sent = {"values": {"LI-46": time.monotonic()}}
        publish(gateway, sent, "--cafile", str(encrypted.certificate))
        tags = admin.get("/unregistered-tags", params={"enterprise": gateway.enterprise})
        return any(item["tag"] == "LI-46" for item in tags.json()["items"])

    eventually(stored, 60.0, "what is sent now is stored")
    eventually(lambda: is_well(encrypted), 60.0, "everything is as it should be")
    assert running <= {process.pid for process in encrypted.processes()}


def rotate(encrypted: Encrypted, *what: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(PARKWATCH), "rotate", *what],
        env=encrypted.environment(),
        cwd=encrypted.folder,
        capture_output=True,
        text=True,
        timeout=60,
    )


def signs_by_another_key(encrypted: Encrypted, admin: httpx2.Client) -> bool:
    form = {"username": "admin", "password": encrypted.admin_password}
    token = admin.post("/auth/token", data=form).json()["access_token"]
    key = (encrypted.data_dir / "secrets" / "token_key").read_text().split()[0]
    try:
        jwt.decode(token, key, ["HS256"], audience="parkwatch")
    except jwt.InvalidSignatureError:
        return False
    return True


def is_well(encrypted: Encrypted) -> bool:
    found = httpx2.get(f"{encrypted.url}/readyz", verify=encrypted.trust())
    return found.status_code == 200 and found.json()["degraded"] == []


def test_s46_renewed_certificates_are_shown_while_everything_runs(
    encrypted: Encrypted, gateway: Gateway
) -> None:
    """The last one: from here on both doors show another certificate."""
    running = {process.pid for process in encrypted.processes()}
    old = encrypted.certificate.read_text()
    renewed = encrypted.folder / "renewed"
    script = REPOSITORY / "deploy" / "certificate.sh"
    subprocess.run(["sh", script, PARK, renewed], check=True, capture_output=True)
    for name in ("park.key", "park.crt"):
        (renewed / name).replace(encrypted.certificate.with_name(name))
    doors = [("127.0.0.1", port) for port in (encrypted.http_port, encrypted.mqtt_port)]

    def shown() -> bool:
        found = {ssl.get_server_certificate(door).strip() for door in doors}
        return found == {encrypted.certificate.read_text().strip()}

    assert old != encrypted.certificate.read_text()
    eventually(shown, 60.0, "both doors show the renewed certificate")
    sent = publish(gateway, {"values": {"GT-1": 1}}, "--cafile", str(encrypted.certificate))
    assert sent.returncode == 0, sent.stderr
    eventually(lambda: is_well(encrypted), 60.0, "everything is as it should be")
    assert running <= {process.pid for process in encrypted.processes()}


def secrets_of(stack: Stack) -> list[Path]:
    """What the installation made for itself, a secret a file."""
    found = [path for path in (stack.data_dir / "secrets").iterdir() if path.is_file()]
    return [path for path in found if len(path.read_bytes()) >= 8]


def logs_of(stack: Stack) -> list[Path]:
    return [path for path in (stack.data_dir / "logs").rglob("*") if path.is_file()]
