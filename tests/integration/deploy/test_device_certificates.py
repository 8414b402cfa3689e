"""Gateways that must show a certificate: who comes in, who does not, and who is put out (S15)."""

import os
import shutil
import signal
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.api.broker_access import BrokerAccess
from services.api.database import Database
from services.api.door import Door
from services.api.keyring import Keyring
from services.api.password import new_gateway_password
from services.api.register import Register
from services.api.renewal import DoorFiles, Renewal, UnderSeal
from services.api.replica import Replica
from services.api.seal import Seal
from services.api.second_factor import SecondFactors
from services.api.troubles import Troubles
from services.api.vitals import Vitals
from services.runtime.clock import SystemClock
from services.runtime.settings import Settings
from services.stack.broker import Broker, Listener, Native
from services.stack.certificate import certificate
from services.stack.data_dir import DataDir
from services.stack.embedded import TEMPLATE
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.stack.rotatable import What
from services.stack.rotation import rotate
from services.stack.secrets import Secrets
from services.store.register import Gateway
from services.watcher.broker import Broker as Watcher
from services.watcher.broker import Unreachable
from tests.living.certificates import DAY, Authority, Shown
from tests.living.engines import REPOSITORY, mosquitto
from tests.living.outcome import eventually
from tests.living.port import free_port
from tests.living.stack import new_folder

NATS = Path(sysconfig.get_path("scripts")) / "nats-server"
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Site:
    """A broker that asks for certificates, and two gateways with their passwords."""

    folder: Path
    broker: Broker
    port: int
    authority: Authority
    trusted: Path
    gateways: dict[str, Gateway]
    passwords: dict[str, str]
    process: int
    native: int

    def publish(
        self, shown: Shown | None, user: str, password: str | None = None, topic: str | None = None
    ) -> bool:
        """Whether the broker acknowledged it, as mosquitto_pub tells."""
        words = [str(mosquitto("mosquitto_pub")), "-h", "127.0.0.1", "-p", str(self.port)]
        words += ["--cafile", str(self.folder / "park.crt"), "-q", "1", "-m", "{}"]
        words += ["-u", user, "-P", password or self.passwords[user]]
        words += ["-t", topic or f"pw/v1/{user.replace('.', '/')}/telemetry"]
        if shown is not None:
            words += ["--cert", str(shown.certificate), "--key", str(shown.key)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
        return done.returncode == 0


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    folder = new_folder()
    script = REPOSITORY / "deploy" / "certificate.sh"
    subprocess.run(["sh", script, "park.example", folder], check=True, capture_output=True)
    authority, trusted = Authority(folder, "devices-ca"), folder / "trusted.crt"
    trusted.write_bytes(authority.certificate.read_bytes())
    pair = certificate(folder / "park.crt", folder / "park.key", "MQTT_TLS")
    port, native = free_port(), free_port()
    listener = Listener("127.0.0.1", port, pair, trusted)
    broker = Broker(
        NATS, TEMPLATE, folder / "broker", Native(native), listener, Secrets(folder / "secrets")
    )
    broker.configure()
    gateways, passwords = {}, {}
    for code in ("gw_1", "gw-2"):
        user = f"E_1.{code}"
        passwords[user], hashed = new_gateway_password()
        gateways[user] = Gateway("E_1", code, user, hashed, datetime.now(UTC), None)
    log = (folder / "broker.log").open("wb")
    process = subprocess.Popen(
        [NATS, "-c", folder / "broker" / "nats.conf"], stdout=log, stderr=subprocess.STDOUT
    )
    try:
        eventually(broker.ready, 20.0, "the broker listens")
        yield Site(
            folder, broker, port, authority, trusted, gateways, passwords, process.pid, native
        )
    finally:
        process.terminate()
        process.wait(10)
        log.close()
        shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class Kept:
    """What an api does for the door."""

    door: Door
    renewal: Renewal
    access: BrokerAccess
    keyring: Keyring
    factors: SecondFactors
    database: Database
    files: DoorFiles

    async def look(self) -> None:
        """As the api does every two seconds, until what changed stands still; then the door's turn."""
        for _ in range(2):
            await self.renewal.look_at_broker()
        assert await self.door.follow()


def under_seal(keyring: Keyring, factors: SecondFactors) -> UnderSeal:
    return UnderSeal(keyring, factors.reseal, "second factors")


@pytest.fixture
async def kept(site: Site) -> Kept:
    """The door, open, with both gateways let in."""
    clock = SystemClock()
    database = Database("postgresql://127.0.0.1:1/nothing", clock)
    keyring, register = Keyring("k" * 32), Register()
    register.gateways.update({(g.enterprise, g.code): g for g in site.gateways.values()})
    register.gateways_version = 1
    access = BrokerAccess(site.broker.users_file, site.broker.admin_url())
    door = Door(access, register, Vitals(clock, database, Replica()), Troubles(database, clock))
    door.is_open = True
    folder = site.folder
    files = DoorFiles((folder / "park.crt", folder / "park.key"), site.trusted, folder / "broker")
    factors = SecondFactors(Seal(keyring), clock, frozenset())
    assert await door.follow()
    renewal = Renewal([under_seal(keyring, factors)], database, door, files)
    return Kept(door, renewal, access, keyring, factors, database, files)


async def test_s15_who_shows_its_own_certificate_and_says_its_own_password_comes_in(
    site: Site, kept: Kept
) -> None:
    for user in site.gateways:
        assert site.publish(site.authority.sign(user, user), user)


Bad = Callable[[Site], tuple[Shown | None, str, str]]
ONE, TWO = "E_1.gw_1", "E_1.gw-2"
REFUSED: dict[str, Bad] = {
    "without one": lambda s: (None, ONE, s.passwords[ONE]),
    "of another authority": lambda s: (
        Authority(s.folder, "stranger").sign("a", ONE), ONE, s.passwords[ONE],
    ),
    "that ran out": lambda s: (
        s.authority.sign("b", ONE, valid=(-2 * DAY, -HOUR)), ONE, s.passwords[ONE],
    ),
    "that is not good yet": lambda s: (
        s.authority.sign("c", ONE, valid=(HOUR, DAY)), ONE, s.passwords[ONE],
    ),
    "of another gateway": lambda s: (s.authority.sign("d", TWO), ONE, s.passwords[ONE]),
    "of nobody": lambda s: (s.authority.sign("e", "E_1.gw-3"), ONE, s.passwords[ONE]),
    "by its common name alone": lambda s: (
        s.authority.sign("f", ONE, "elsewhere.example"), TWO, s.passwords[TWO],
    ),
    "with a wrong password": lambda s: (s.authority.sign("g", ONE), ONE, "wrong"),
    "of a service of ours": lambda s: (s.authority.sign("h", "svc-api"), "svc-api", "guessed"),
    "of a service, as a gateway": lambda s: (
        s.authority.sign("i", "svc-api"), ONE, s.passwords[ONE],
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", REFUSED)
async def test_s15_with_a_certificate_that_is_not_its_own_nobody_comes_in(
    site: Site, kept: Kept, how: str
) -> None:
    shown, user, password = REFUSED[how](site)
    assert not site.publish(shown, user, password)


async def test_the_certificate_says_who_it_is_whatever_name_is_said(site: Site, kept: Kept) -> None:
    """By its own certificate and password a gateway is itself, with its own rights only."""
    own, password = site.authority.sign("own", ONE), site.passwords[ONE]
    assert site.publish(own, TWO, password, "pw/v1/E_1/gw_1/telemetry")
    assert not violations(site)
    site.publish(own, TWO, password, "pw/v1/E_1/gw-2/telemetry")
    eventually(lambda: len(violations(site)) == 1, 5.0, "what it may not say")


def violations(site: Site) -> list[str]:
    return [line for line in log_of(site).splitlines() if "Publish Violation" in line]


def log_of(site: Site) -> str:
    return (site.folder / "broker.log").read_text(errors="replace")


async def test_our_services_come_in_by_certificates_of_their_own(site: Site, kept: Kept) -> None:
    url = site.broker.mqtt_url("svc-watcher")
    watcher = Watcher(url, "pw-watch-1")
    watcher.publish("pw/v1/_canary/_canary/telemetry", b"{}")
    watcher.close()
    without = Watcher(url.partition("&cert=")[0], "pw-watch-2")
    with pytest.raises(Unreachable):
        without.publish("pw/v1/_canary/_canary/telemetry", b"{}")


async def test_s15_a_revoked_certificate_is_cut_and_does_not_come_back(
    site: Site, kept: Kept
) -> None:
    """The file names each gateway's certificate: taken out, it is worth nothing, also to who is
    connected by it; who stands beside it comes back."""
    shown = {user: site.authority.sign(f"live-{user}", user) for user in site.gateways}
    site.trusted.write_text("".join(each.certificate.read_text() for each in shown.values()))
    await kept.look()
    live = {user: client(site, user, each) for user, each in shown.items()}
    for user, each in live.items():
        each.publish(f"pw/v1/{user.replace('.', '/')}/telemetry", b"{}")

    site.trusted.write_text(shown[TWO].certificate.read_text())
    await kept.look()
    for user, each in live.items():
        with pytest.raises(Unreachable):  # it is cut
            each.publish(f"pw/v1/{user.replace('.', '/')}/telemetry", b"{}")
    live[TWO].publish("pw/v1/E_1/gw-2/telemetry", b"{}")
    with pytest.raises(Unreachable):
        live[ONE].publish("pw/v1/E_1/gw_1/telemetry", b"{}")
    assert not site.publish(shown[ONE], ONE)

    site.trusted.write_bytes(site.authority.certificate.read_bytes())
    await kept.look()
    assert site.publish(shown[ONE], ONE)
    for each in live.values():
        each.close()


def client(site: Site, user: str, shown: Shown) -> Watcher:
    login = f"{user}:{site.passwords[user]}@127.0.0.1:{site.port}"
    files = f"pin={site.folder / 'park.crt'}&cert={shown.both}"
    return Watcher(f"mqtts://{login}?{files}", f"c-{user[-4:]}")


async def test_a_file_that_is_broken_changes_nothing(site: Site, kept: Kept) -> None:
    own = site.authority.sign("still", ONE)
    for text in ("", "-----BEGIN CERTIFICATE-----\nxx\n", "证书"):
        site.trusted.write_text(text)
        await kept.look()
        assert site.publish(own, ONE)
    site.trusted.write_bytes(site.authority.certificate.read_bytes())
    await kept.look()
    assert site.publish(own, ONE)


async def test_what_changed_while_no_api_looked_counts_when_one_is_back(
    site: Site, kept: Kept
) -> None:
    own = {user: site.authority.sign(f"back-{user}", user) for user in site.gateways}
    site.trusted.write_text(own[ONE].certificate.read_text())
    sealed = [under_seal(kept.keyring, kept.factors)]
    back = Renewal(sealed, kept.database, kept.door, kept.files)
    await replace(kept, renewal=back).look()
    assert site.publish(own[ONE], ONE)
    assert not site.publish(own[TWO], TWO)
    site.trusted.write_bytes(site.authority.certificate.read_bytes())
    await replace(kept, renewal=back).look()
    assert site.publish(own[TWO], TWO)


async def test_s46_other_passwords_of_our_services_are_in_force_at_the_next_reload(
    site: Site, kept: Kept
) -> None:
    url = site.broker.mqtt_url("svc-watcher")
    live, old = Watcher(url, "pw-watch-3"), url.replace("password_file", "forgotten")
    live.publish("pw/v1/_canary/_canary/telemetry", b"{}")
    await kept.access.reload()

    site.broker.rotate()
    os.kill(site.process, signal.SIGHUP)
    eventually(lambda: not says(live), 5.0, "who came in by the old password is cut")
    live.publish("pw/v1/_canary/_canary/telemetry", b"{}")
    with pytest.raises(Unreachable):
        Watcher(old, "pw-watch-4").publish("pw/v1/_canary/_canary/telemetry", b"{}")
    await kept.access.reload()
    live.close()


def test_s46_a_broker_that_does_not_take_them_has_its_old_passwords_back(site: Site) -> None:
    data = DataDir(site.folder)
    data.run.mkdir(exist_ok=True)
    (data.run / "broker.pid").write_text(f"{site.process}\n")
    (site.folder / "broker.port").write_text(f"{site.native}\n")
    (site.folder / "lock").write_text(f"{os.getpid()}\n")
    Secrets(data.secrets).get("token_key")
    users = [each for each in data.secrets.iterdir() if each.suffix == ""]
    before = {each.name: each.read_text() for each in users}
    settings = Settings(_env_file=None, data_dir=site.folder)
    clock, progress = SystemClock(), Progress()
    configuration = site.folder / "broker" / "nats.conf"
    sound = configuration.read_text()

    configuration.write_text(f"{sound}\n}} broken")
    with pytest.raises(Refusal, match="the passwords of before are in force"):
        rotate([What.SERVICES], settings, {}, clock, progress, patience_s=1.0)
    assert {each.name: each.read_text() for each in users} == before
    configuration.write_text(sound)
    live = Watcher(site.broker.mqtt_url("svc-watcher"), "pw-watch-5")
    eventually(lambda: says(live), 5.0, "by the old password")

    rotate([What.SERVICES, What.TOKENS], settings, {}, clock, progress)
    assert all(each.read_text() != before[each.name] for each in users)
    eventually(lambda: says(live), 5.0, "by the new password")
    live.close()


def says(watcher: Watcher) -> bool:
    """Whether what it says arrives."""
    try:
        watcher.publish("pw/v1/_canary/_canary/telemetry", b"{}")
    except Unreachable:
        return False
    return True
