"""A hall for strangers: a broker of its own, and an ear that hears all of it."""

import socket
import subprocess
import sysconfig
import time
from pathlib import Path

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from device_sim.transport.connection import Broker
from tests.living.port import free_port

GATEWAYS = ("E1.G1", "C00001.G01", "C00002.G01", "C00003.G01")
"""Who may speak below their own prefix; the password is `secret`."""
CONFIG = """
server_name: link
listen: 127.0.0.1:{native}
jetstream {{ store_dir: "{store}" }}
mqtt {{ listen: "127.0.0.1:{mqtt}", ack_wait: "{patience}" {tls} }}
accounts {{ A {{ jetstream: enabled, users: [
  {{ user: hall, password: hall }}
{users}] }} }}
"""
USER = """  {{ user: "{name}", password: secret, permissions: {{
     publish: ["pw.v1.{name}.*"], subscribe: ["pw.down.v1.{name}.*"] }} }}
"""


class Hall:
    """A broker of its own that can be killed and started again on the same store.

    `tls`: what its configuration says about certificates; `patience`: after which it delivers
    again what a listener did not acknowledge.
    """

    def __init__(self, folder: Path, tls: str = "", patience: str = "1s") -> None:
        self.broker = Broker("127.0.0.1", free_port())
        self._config, self._log = folder / "nats.conf", folder / "nats.log"
        users = "".join(USER.format(name=name) for name in GATEWAYS)
        places = {"native": free_port(), "mqtt": self.broker.port, "store": folder / "js"}
        self._config.write_text(CONFIG.format(**places, users=users, tls=tls, patience=patience))
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([_binary(), "-c", str(self._config)], stderr=log)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.broker.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("the broker did not start")

    def said(self) -> str:
        """The broker's log."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


def _binary() -> str:
    return str(Path(sysconfig.get_path("scripts")) / "nats-server")


class Ear:
    """A durable subscriber to everything gateways say."""

    def __init__(self, broker: Broker) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._client = Client(
            CallbackAPIVersion.VERSION2, "ear", False, protocol=MQTTProtocolVersion.MQTTv311
        )
        self._client.username_pw_set("hall", "hall")
        self._client.reconnect_delay_set(1, 1)
        self._client.on_message = self._on_message
        if broker.ca is not None and broker.shown is not None:
            self._client.tls_set(str(broker.ca), str(broker.shown.chain), str(broker.shown.key))
        self._client.connect(broker.host, broker.port)
        self._client.subscribe("pw/v1/+/+/+", 1)
        self._client.loop_start()
        time.sleep(0.3)

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))

    def numbers(self) -> list[int]:
        return [int(body) for topic, body in list(self.heard) if topic.endswith("telemetry")]

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 15
        while len(set(self.numbers())) < count and time.monotonic() < deadline:
            time.sleep(0.02)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
