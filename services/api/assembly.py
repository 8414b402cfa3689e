"""Putting the parts of one api process together from its settings."""

import secrets
from dataclasses import dataclass

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
from services.api.live.hub import Hub
from services.api.once import Answers
from services.api.password import GatewayDoor, Passwords
from services.api.permission import Role
from services.api.rate import RateLimit
from services.api.register import Register, RegisterFollower
from services.api.replica import Replica
from services.api.seal import Seal
from services.api.sealing import Sealing
from services.api.second_factor import SecondFactors
from services.api.session_book import SessionBook
from services.api.ticket import Tickets
from services.api.token import Mint
from services.api.troubles import Troubles
from services.api.uplink import Uplink
from services.api.vitals import Vitals
from services.api.window import Window
from services.domain.lock_out import TRIES, LockOut
from services.runtime.clock import Clock
from services.runtime.mqtt_bus import MqttBus
from services.runtime.mqtt_client import BrokerAddress
from services.runtime.settings import Settings, require


@dataclass(frozen=True, slots=True)
class Process:
    """The window and the two connections to the broker that it speaks over."""

    window: Window
    bus: MqttBus


def assemble(settings: Settings, clock: Clock, passwords: Passwords | None = None) -> Process:
    """Everything, not yet started. Exits with one sentence where a setting is missing."""
    address = BrokerAddress.parse(require(settings.mqtt_url, "MQTT_URL"))
    database = Database(require(settings.database_url, "DATABASE_URL"), clock)
    key = require(settings.token_key, "TOKEN_KEY")
    mint = Mint(key, clock)
    # Two apis may run side by side, so each process has a name of its own on the bus.
    client = f"pw-api-{require(settings.client_id_secret, 'CLIENT_ID_SECRET')}"
    client = f"{client}-{secrets.token_hex(4)}"
    replica, register, passwords = Replica(), Register(), passwords or Passwords()
    seal = Seal(key)
    factors = SecondFactors(seal, clock, _roles(settings.second_factor or ""))
    vitals = Vitals(clock, database, replica)
    hub = Hub(clock, replica, register, vitals)
    troubles = Troubles(database, clock)
    line = MqttBus(address, client, on_connected=lambda: _reconnected(replica, link))
    link = EngineLink(line, client, clock, replica, hub, vitals)
    window = Window(
        clock=clock,
        database=database,
        register=register,
        follower=RegisterFollower(database, register),
        accounts=_accounts(settings, database, clock, mint, passwords, factors),
        factors=factors,
        passwords=passwords,
        gateway_door=GatewayDoor(),
        tickets=Tickets(clock),
        rate=RateLimit(settings.rate_limit, clock),
        lock_out=LockOut(TRIES if settings.rate_limit else 0),
        idempotency=Idempotency(clock),
        answers=Answers(database, clock, seal),
        replica=replica,
        vitals=vitals,
        connectivity=Connectivity(database, register, replica, vitals, clock),
        hub=hub,
        link=link,
        door=Door(_broker_access(settings), register, vitals, troubles),
        troubles=troubles,
        uplink=Uplink(address, f"{client}-up"),
        bench=Bench(
            address,
            client,
            Surroundings(clock, database, register, replica, _sessions(settings)),
        ),
        broker_watch=_broker_watch(settings, database, register, clock),
        broker_store=_broker_store(settings, database, vitals, clock),
        due_watch=DueWatch(line, database, register, replica, clock),
        sealing=_sealing(settings, database, clock),
        console=settings.console_dir,
        online_rate_text=settings.online_rate_text,
    )
    return Process(window, line)


def _accounts(
    settings: Settings,
    database: Database,
    clock: Clock,
    mint: Mint,
    passwords: Passwords,
    factors: SecondFactors,
) -> Accounts:
    book = SessionBook(clock, settings.session_idle_minutes * 60_000)
    rules = SessionRules(settings.session_hours * 3600, settings.sessions_per_user)
    return Accounts(database, mint, passwords, factors, book, rules, clock)


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


def _sealing(settings: Settings, database: Database, clock: Clock) -> Sealing | None:
    if settings.journal_key is None:
        return None
    folder = settings.journal_dir or settings.data_dir / "journal"
    return Sealing(database, clock, folder, settings.journal_key.get_secret_value())
