"""Everything the api's routes work with, put together once at the start."""

from asyncio import Semaphore
from dataclasses import dataclass, field
from pathlib import Path

from services.api.accounts import Accounts
from services.api.backtests import Backtests
from services.api.bench.bench import Bench
from services.api.broker_store import BrokerStore
from services.api.broker_watch import BrokerWatch
from services.api.connectivity import Connectivity
from services.api.database import Database
from services.api.door import Door
from services.api.due_watch import DueWatch
from services.api.engine_link import EngineLink
from services.api.idempotency import Idempotency
from services.api.lane import AT_ONCE
from services.api.live.hub import Hub
from services.api.notice_watch import NoticeWatch
from services.api.oidc import OidcDoor
from services.api.once import Answers
from services.api.park_ground import Ground
from services.api.password import GatewayDoor, Passwords
from services.api.rate import RateLimit
from services.api.receiver_desk import ReceiverDesk
from services.api.register import Register, RegisterFollower
from services.api.replica import Replica
from services.api.room_watch import RoomWatch
from services.api.sealing import Sealing
from services.api.second_factor import SecondFactors
from services.api.sign_in_gate import SignInGate
from services.api.ticket import Tickets
from services.api.trail import Trail
from services.api.troubles import Troubles
from services.api.uplink import Uplink
from services.api.vitals import Vitals
from services.runtime.clock import Clock
from services.runtime.outgoing import Network


@dataclass(frozen=True, slots=True)
class Window:
    """The parts of one api process."""

    clock: Clock
    database: Database
    register: Register
    follower: RegisterFollower
    accounts: Accounts
    passwords: Passwords
    gateway_door: GatewayDoor
    tickets: Tickets
    rate: RateLimit
    """Of accounts."""
    address_rate: RateLimit
    sign_in_gate: SignInGate
    factors: SecondFactors
    idempotency: Idempotency
    answers: Answers
    trail: Trail
    replica: Replica
    vitals: Vitals
    connectivity: Connectivity
    hub: Hub
    link: EngineLink
    door: Door
    troubles: Troubles
    uplink: Uplink
    bench: Bench
    broker_watch: BrokerWatch | None
    """None where the broker's log is out of reach."""
    broker_store: BrokerStore | None
    """None where the broker's administrator is not ours."""
    due_watch: DueWatch
    room_watch: RoomWatch
    sealing: Sealing | None
    """None where no key was given: the journal is not sealed."""
    console: Path | None
    receivers: ReceiverDesk
    notice_watch: NoticeWatch
    oidc: OidcDoor | None = None
    """None where nobody signs in by a provider."""
    proxies: tuple[Network, ...] = ()
    """Networks whose word counts of where a request came from."""
    online_rate_text: str | None = None
    """What the online rate counts, in the operator's words; None: in ours."""
    ground: Ground = field(default_factory=Ground)
    """What lies under the park's objects."""
    stall_s: float = 30.0
    """How long a console may not read before it is cut."""
    backtests: Backtests = field(default_factory=Backtests)
    heavy_turns: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))
    """Of the pieces that exports are made of."""
