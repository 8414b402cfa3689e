"""Putting the parts of one api process together from its settings."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from services.api.accounts import Accounts, SessionRules
from services.api.bench.bench import Bench
from services.api.bench.sessions import Sessions
from services.api.bench.trial import Surroundings
from services.api.broker_access import BrokerAccess
from services.api.broker_store import BrokerStore
from services.api.broker_watch import BrokerWatch
from services.api.connectivity import Connectivity
from services.api.database import Database
from services.api.door import Door
from services.api.due_watch import DueWatch
from services.api.engine_link import EngineLink
from services.api.idempotency import Idempotency
from services.api.keyring import Keyring
from services.api.live.hub import Hub
from services.api.notice_watch import NoticeWatch
from services.api.oidc_assembly import oidc_door
from services.api.once import Answers
from services.api.park_ground import ground_of
from services.api.password import GatewayDoor, Passwords
from services.api.permission import Role
from services.api.rate import ADDRESS_TIMES, LEAST_SIGN_INS, SIGN_IN_TURNS, RateLimit
from services.api.receiver_desk import ReceiverDesk
from services.api.register import Register, RegisterFollower
from services.api.renewal import DoorFiles, Renewal, UnderSeal
from services.api.replica import Replica
from services.api.room_watch import RoomWatch
from services.api.seal import Seal
from services.api.sealing import Sealing
from services.api.second_factor import SecondFactors
from services.api.session_book import SessionBook
from services.api.sign_in_gate import SignInGate
from services.api.ticket import Tickets
from services.api.token import Mint
from services.api.trail import Trail
from services.api.troubles import Troubles
from services.api.uplink import Uplink
from services.api.vitals import Vitals
from services.api.window import Window
from services.domain.lock_out import TRIES, LockOut
from services.domain.signing_key import BadKeys
from services.runtime.clock import Clock
from services.runtime.mqtt_bus import MqttBus
from services.runtime.mqtt_client import BrokerAddress
from services.runtime.outgoing import networks_of
from services.runtime.settings import Settings, require


@dataclass(frozen=True, slots=True)
class Process:
    """The window, the two connections to the broker that it speaks over, and what is renewed."""

    window: Window
    bus: MqttBus
    renewal: Renewal


def assemble(settings: Settings, clock: Clock, passwords: Passwords | None = None) -> Process:
    """Everything, not yet started. Exits with one sentence where a setting is missing."""
    address = BrokerAddress.parse(require(settings.mqtt_url, "MQTT_URL"))
    database = Database(require(settings.database_url, "DATABASE_URL"), clock)
    keyring, notice_keys = _token_keys(settings), _notice_keys(settings)
    mint, seal = Mint(keyring, clock), Seal(keyring)
    # Two apis may run side by side, so each process has a name of its own on the bus.
    client = f"pw-api-{require(settings.client_id_secret, 'CLIENT_ID_SECRET')}"
    client = f"{client}-{secrets.token_hex(4)}"
    replica, register, passwords = Replica(), Register(), passwords or Passwords()
    trail = Trail(database, clock)
    factors = SecondFactors(seal, clock, _roles(settings.second_factor or ""))
    vitals, troubles = Vitals(clock, database, replica), Troubles(database, clock)
    hub = Hub(clock, replica, register, vitals)
    line = MqttBus(address, client, on_connected=lambda: _reconnected(replica, link))
    connectivity = Connectivity(database, register, replica, vitals, clock)
    link = EngineLink(line, client, clock, replica, hub, vitals, connectivity.hear)
    around = Surroundings(clock, database, register, replica, _sessions(settings))
    window = Window(
        clock=clock,
        database=database,
        register=register,
        follower=RegisterFollower(database, register),
        accounts=_accounts(settings, database, clock, mint, passwords, factors, trail),
        factors=factors,
        passwords=passwords,
        gateway_door=GatewayDoor(),
        tickets=Tickets(clock),
        rate=RateLimit(settings.rate_limit, clock),
        address_rate=RateLimit(settings.rate_limit * ADDRESS_TIMES, clock),
        sign_in_gate=_gate(settings, database, clock),
        idempotency=Idempotency(clock),
        answers=Answers(database, clock, seal),
        trail=trail,
        replica=replica,
        vitals=vitals,
        connectivity=connectivity,
        hub=hub,
        link=link,
        door=Door(_broker_access(settings), register, vitals, troubles),
        troubles=troubles,
        uplink=Uplink(address, f"{client}-up"),
        bench=Bench(address, client, around),
        broker_watch=_broker_watch(settings, database, register, clock),
        broker_store=_broker_store(settings, database, vitals, clock),
        due_watch=DueWatch(line, database, register, replica, clock),
        room_watch=RoomWatch(line, vitals, replica, clock),
        sealing=_sealing(settings, database, clock),
        console=settings.console_dir,
        receivers=_receiver_desk(settings, notice_keys),
        notice_watch=NoticeWatch(database, clock),
        oidc=oidc_door(settings, seal, clock),
        proxies=networks_of(settings.trusted_proxies or ""),
        online_rate_text=settings.online_rate_text,
        ground=ground_of(settings),
    )
    sealed = _under_seal(window, factors, keyring, notice_keys)
    return Process(window, line, Renewal(sealed, database, window.door, _door_files(settings)))


def _under_seal(
    window: Window, factors: SecondFactors, tokens: Keyring, notices: Keyring | None
) -> list[UnderSeal]:
    """What is sealed anew when other keys come."""
    kept = [UnderSeal(tokens, factors.reseal, "second factors")]
    if notices is not None:
        kept.append(UnderSeal(notices, window.receivers.reseal, "receivers' secrets"))
    return kept


def _token_keys(settings: Settings) -> Keyring:
    key = require(settings.token_key, "TOKEN_KEY")
    return _keyring("TOKEN_KEY", key, settings.token_key_file)


def _keyring(name: str, key: str, file: Path | None) -> Keyring:
    """The keys of a setting, or of its file. Exits with one sentence where they are none."""
    try:
        return Keyring(key, file)
    except (BadKeys, OSError) as error:
        raise SystemExit(f"PARKWATCH_{name}: {error}.") from None


def _notice_keys(settings: Settings) -> Keyring | None:
    key = settings.notice_key
    if key is None:
        return None
    return _keyring("NOTICE_KEY", key.get_secret_value(), settings.notice_key_file)


def _door_files(settings: Settings) -> DoorFiles | None:
    certificate, key, users = (
        settings.mqtt_tls_cert,
        settings.mqtt_tls_key,
        settings.broker_users_file,
    )
    pair = None if certificate is None or key is None else (certificate, key)
    if users is None or (pair is None and settings.mqtt_device_ca is None):
        return None
    return DoorFiles(pair, settings.mqtt_device_ca, users.parent)


def _accounts(
    settings: Settings,
    database: Database,
    clock: Clock,
    mint: Mint,
    passwords: Passwords,
    factors: SecondFactors,
    trail: Trail,
) -> Accounts:
    book = SessionBook(clock, settings.session_idle_minutes * 60_000)
    rules = SessionRules(settings.session_hours * 3600, settings.sessions_per_user)
    return Accounts(database, mint, passwords, factors, book, rules, clock, trail)


def _gate(settings: Settings, database: Database, clock: Clock) -> SignInGate:
    tries, turns = TRIES if settings.rate_limit else 0, settings.rate_limit // SIGN_IN_TURNS
    addresses = RateLimit(max(turns, LEAST_SIGN_INS) if settings.rate_limit else 0, clock)
    return SignInGate(database, clock, LockOut(tries), tries, addresses)


def _roles(named: str) -> frozenset[Role]:
    """The roles that a setting names, by commas. Exits with one sentence for one that there is not."""
    try:
        return frozenset(Role(each.strip()) for each in named.split(",") if each.strip())
    except ValueError:
        raise SystemExit(
            f"PARKWATCH_SECOND_FACTOR: {named!r} names no roles; write for example "
            "admin,supervisor,regulator."
        ) from None


def _reconnected(replica: Replica, link: EngineLink) -> None:
    """Whatever was said meanwhile was missed."""
    replica.wants_snapshot = True
    link.ask_for_snapshot()


def _broker_access(settings: Settings) -> BrokerAccess | None:
    if settings.broker_users_file is None or settings.broker_admin_url is None:
        return None
    url = settings.broker_admin_url.get_secret_value()
    return BrokerAccess(settings.broker_users_file, url, bucketed=settings.maps_buckets)


def _sessions(settings: Settings) -> Sessions | None:
    admin = settings.broker_admin_url
    return None if admin is None else Sessions(admin.get_secret_value())


def _broker_watch(
    settings: Settings, database: Database, register: Register, clock: Clock
) -> BrokerWatch | None:
    if settings.broker_log_file is None:
        return None
    admin = settings.broker_admin_url
    url = None if admin is None else admin.get_secret_value()
    return BrokerWatch(settings.broker_log_file, url, database, register, clock)


def _broker_store(
    settings: Settings, database: Database, vitals: Vitals, clock: Clock
) -> BrokerStore | None:
    admin = settings.broker_admin_url
    if admin is None:
        return None
    return BrokerStore(admin.get_secret_value(), database, vitals, clock)


def _receiver_desk(settings: Settings, keys: Keyring | None) -> ReceiverDesk:
    seal = None if keys is None else Seal(keys)
    return ReceiverDesk(seal, networks_of(settings.outgoing_networks or ""))


def _sealing(settings: Settings, database: Database, clock: Clock) -> Sealing | None:
    if settings.journal_key is None:
        return None
    folder = settings.journal_dir or settings.data_dir / "journal"
    key = settings.journal_key.get_secret_value()
    return Sealing(database, clock, folder, _keyring("JOURNAL_KEY", key, settings.journal_key_file))
