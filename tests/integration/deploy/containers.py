"""The composition's services as processes of this machine, in the order and by the health checks
that the file gives; the database and the broker are those of `make install`."""

import shlex
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from services.runtime.settings import inherited_environment
from services.stack.account import database_account, give
from services.stack.cache import Cache, engines_home
from services.stack.host import machine
from services.stack.packages import DATABASE, POSTGRES_BIN
from tests.integration.deploy.composition import Composition, Service
from tests.living.stack import Stack

PROGRAMS = {
    "nats-server": Path(sysconfig.get_path("scripts")) / "nats-server",
    "parkwatch": Path(sys.executable).parent / "parkwatch",
}


class Containers(Stack):
    """The composition, started as `docker compose up` would."""

    def __init__(self, folder: Path, **dotenv: str) -> None:
        super().__init__(folder)
        # Where the field's and the store's proofs look for the superuser's password.
        self.data_dir = folder / "keys"
        given = {
            f"PARKWATCH_{name}": value
            for name, value in ({"ADMIN_PASSWORD": self.admin_password} | dotenv).items()
        }
        self.composition = Composition(folder, given)
        ports = self.composition.ports
        self.http_port, self.mqtt_port, self.db_port = ports["8000"], ports["1883"], ports["5432"]
        self.running_services: dict[str, subprocess.Popen[bytes]] = {}
        self._account = database_account(folder / "database")
        cache = Cache(engines_home(inherited_environment()))
        self._postgres = cache.path(DATABASE.entry(machine())) / POSTGRES_BIN

    def start(self, within_s: float = 90.0) -> "Containers":
        """Each service once those are ready that it waits for."""
        deadline = time.monotonic() + within_s
        Stack.running.append(self)
        (self.folder / "logs").mkdir()
        self.composition.volume("certs").mkdir(exist_ok=True)
        for service in self.composition.services():
            for name, condition in service.needs.items():
                self._wait(name, condition, deadline)
            self._run(service)
        self._wait("api", "service_healthy", deadline)
        return self

    def again(self, name: str) -> "subprocess.Popen[bytes]":
        """One service once more, after it ended."""
        self._run(self._service(name))
        return self.running_services[name]

    def kill(self, name: str) -> None:
        """As the kernel would when memory ends."""
        self.running_services[name].kill()
        self.running_services[name].wait()

    def healthy(self, name: str) -> bool:
        """What the health check of a service says now."""
        return self._healthy(self._service(name))

    def stop(self, number: signal.Signals = signal.SIGTERM, within_s: float = 20.0) -> None:
        """All of it, the last one first, as compose does; each must end by itself."""
        if self in Stack.running:
            Stack.running.remove(self)
        codes: dict[str, int] = {}
        for name, process in reversed(self.running_services.items()):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT if name == "database" else number)
            codes[name] = process.wait(within_s)
        assert set(codes.values()) <= {0}, codes

    def exterminate(self) -> list[object]:  # type: ignore[override]
        """Kill what a failed proof left."""
        left = [each for each in self.running_services.values() if each.poll() is None]
        for process in left:
            process.kill()
            process.wait()
        return list(left)

    def said(self) -> str:
        """The end of what each of them wrote."""
        logs = sorted((self.folder / "logs").glob("*.log"))
        return "".join(f"\n--- {log.name}\n{log.read_text()[-4_000:]}" for log in logs)

    def environment_of(self, service: Service) -> dict[str, str]:
        """Exactly what the file gives it, and where this machine has its programs."""
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **service.environment}

    def _run(self, service: Service) -> None:
        for folder in service.volumes.values():
            folder.mkdir(exist_ok=True)
        command, account, environment = service.command, None, self.environment_of(service)
        if service.name == "database":
            self._make_database(service)
            command = [str(self._postgres / command[0]), *command[1:], *self._database_place()]
            account = self._account
        command = [str(PROGRAMS.get(command[0], command[0])), *command[1:]]
        with (self.folder / "logs" / f"{service.name}.log").open("wb") as log:
            self.running_services[service.name] = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                user=account,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _make_database(self, service: Service) -> None:
        """What the entry point of the official image does with these variables."""
        folder = self.composition.volume("database")
        give(self._account, folder)
        password = Path(service.environment["POSTGRES_PASSWORD_FILE"]).read_text()
        options = service.environment["POSTGRES_INITDB_ARGS"]
        initdb = shlex.quote(str(self._postgres / "initdb"))
        script = f"{initdb} -D {folder}/data --username=postgres --pwfile=/dev/stdin {options}"
        made = subprocess.run(
            ["sh", "-c", f'printf %s "$SECRET" | {script}'],
            user=self._account,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SECRET": password},
            check=False,
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stderr

    def _database_place(self) -> list[str]:
        data = self.composition.volume("database") / "data"
        places = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            # The image's own postgresql.conf names it.
            "shared_preload_libraries": "timescaledb",
            "port": str(self.db_port),
        }
        words = [word for item in places.items() for word in ("-c", "=".join(item))]
        return ["-D", str(data), *words]

    def _wait(self, name: str, condition: str, deadline: float) -> None:
        process = self.running_services[name]
        if condition == "service_completed_successfully":
            assert process.wait(deadline - time.monotonic()) == 0, f"{name} failed{self.said()}"
        if condition != "service_healthy":
            return
        service = self._service(name)
        while not self._healthy(service):
            assert process.poll() is None, f"{name} ended{self.said()}"
            assert time.monotonic() < deadline, f"{name} is not healthy{self.said()}"
            time.sleep(0.1)

    def _healthy(self, service: Service) -> bool:
        program, *words = service.health
        if program == "wget":
            # The broker's image has it, this machine may not.
            with suppress(urllib.error.URLError):
                return bool(urllib.request.urlopen(words[-1], timeout=5).status == 200)
            return False
        if program == "pg_isready":
            program = str(self._postgres / program)
        check = subprocess.run(
            [str(PROGRAMS.get(program, program)), *words],
            cwd=self.folder,
            env=self.environment_of(service),
            capture_output=True,
            timeout=30,
            check=False,
        )
        return check.returncode == 0

    def _service(self, name: str) -> Service:
        return next(each for each in self.composition.services() if each.name == name)
