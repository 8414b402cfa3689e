"""An engine and an ingest by script, on the real bus: they say what a proof needs them to say."""

import threading
import time
from types import TracebackType

import msgspec
from paho.mqtt.client import Client, MQTTMessage

from services.runtime.mqtt_client import make_client
from services.wire import bus
from services.wire.bus import AlarmEvents, AlarmItem, Command, Refusal, Reply, Status
from tests.living.engines_alone import Engines
from tests.unit.api.engine import ModelEngine, alarm

EVERY_S = 0.3


class Scripted:
    """Speaks for `alerts` and `ingest`. Use as a context; `silent` stops every sign of life."""

    def __init__(self, engines: Engines) -> None:
        self.model = ModelEngine()
        self.silent = False
        self.database_ok = True
        self.in_flight: dict[str, int] = {}
        """What ingest says that it has read and not committed."""
        self.asked: list[Command] = []
        self.standing: dict[str, bus.SuppressionItem] = {}
        """Where rules of suppression stand, by their ids."""
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._client = make_client(engines.broker("alerts"), "scripted", durable=False)
        # Each speaks with its own name: the broker lets neither speak for the other.
        self._ingest = make_client(engines.broker("ingest"), "scripted-ingest", durable=False)
        self._client.on_connect = self._connected
        self._client.on_message = self._command
        self._beat = threading.Thread(target=self._beating, name="scripted")

    def __enter__(self) -> "Scripted":
        self._client.loop_start()
        self._ingest.loop_start()
        self._beat.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._beat.join()
        for client in (self._client, self._ingest):
            client.disconnect()
            client.loop_stop()

    def raises(self, number: int, enterprise: str, **fields: object) -> AlarmItem:
        """A new alarm, said at once."""
        return self.says("raised", alarm(number, enterprise, **fields))

    def says(self, event: str, item: AlarmItem, *, lost: bool = False) -> AlarmItem:
        """An event; `lost`: nobody hears it."""
        with self._lock:
            batch = self.model.say(event, item)
            if not lost:
                self._publish(bus.ALARMS, batch)
        return batch.events[0].alarm

    def values(self, values: dict[int, tuple[int, float | None, int]]) -> None:
        """Newest values."""
        with self._lock:
            self._publish(bus.VALUES, self.model.frame(values))

    def record(self, seq: int) -> None:
        """Everything up to this event is on record."""
        with self._lock:
            self.model.recorded_seq = seq
            self._signs()

    def is_born_again(self, epoch: str) -> None:
        """It starts anew: another epoch, the same open alarms."""
        with self._lock:
            self.model = ModelEngine(epoch=epoch, open=dict(self.model.open))

    def is_followed(self) -> bool:
        """Whether an api took over its state."""
        return any(command.kind == "snapshot" for command in self.asked)

    def _beating(self) -> None:
        while not self._stop.wait(EVERY_S):
            with self._lock:
                if not self.silent:
                    self._signs()

    def _signs(self) -> None:
        now, model = time.time_ns() // 1_000_000, self.model
        signs = Status(
            "alerts",
            ready=True,
            at=now,
            db_ok=self.database_ok,
            epoch=model.epoch,
            seq=model.seq,
            recorded_seq=model.recorded_seq,
            engine_at=now,
        )
        self._publish(f"{bus.STATUS}/alerts", signs)
        ingest = Status(
            "ingest",
            ready=True,
            at=now,
            db_ok=self.database_ok,
            commit_at=now,
            in_flight=self.in_flight,
        )
        self._ingest.publish(f"{bus.STATUS}/ingest", msgspec.json.encode(ingest))

    def _connected(self, client: Client, *_: object) -> None:
        client.subscribe(bus.COMMAND)

    def _command(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        command = msgspec.json.decode(message.payload, type=Command)
        with self._lock:
            if self.silent:
                return
            self.asked.append(command)
            if command.kind == "snapshot":
                for chunk in self.model.snapshot(command.id):
                    self._publish(f"{bus.REPLY}/{command.client}", chunk)
            elif command.kind == "suppressions":
                found = [self.standing[rule] for _, rule in command.rules if rule in self.standing]
                self._publish(
                    f"{bus.REPLY}/{command.client}", Reply(command.id, suppressions=found)
                )
            else:
                self._acknowledge(command)

    def _acknowledge(self, command: Command) -> None:
        done: list[AlarmItem] = []
        refused: list[Refusal] = []
        for alarm_id in command.alarm_ids:
            item = self.model.open.get(alarm_id)
            mine = item and (command.enterprises is None or item.enterprise in command.enterprises)
            if item is None or not mine:
                refused.append(Refusal(alarm_id, "not_found", "There is no such open alarm."))
            elif item.acknowledged_by is not None:
                done.append(item)
            else:
                seen = msgspec.structs.replace(
                    item,
                    state="acknowledged",
                    acknowledged_by=command.actor,
                    acknowledged_at=command.at,
                )
                done.append(self.says("acknowledged", seen))
        self._publish(f"{bus.REPLY}/{command.client}", Reply(command.id, done, refused))

    def _publish(self, topic: str, message: AlarmEvents | msgspec.Struct) -> None:
        self._client.publish(topic, msgspec.json.encode(message))
