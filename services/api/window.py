"""Everything the api's routes work with, put together once at the start."""

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
from services.api.live.hub import Hub
from services.api.once import Answers
from services.api.password import GatewayDoor, Passwords
from services.api.rate import RateLimit
from services.api.register import Register, RegisterFollower
from services.api.replica import Replica
from services.api.sealing import Sealing
from services.api.second_factor import SecondFactors
from services.api.ticket import Tickets
from services.api.troubles import Troubles
from services.api.uplink import Uplink
from services.api.vitals import Vitals
from services.domain.lock_out import LockOut
from services.runtime.clock import Clock


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
    lock_out: LockOut
    factors: SecondFactors
    idempotency: Idempotency
    answers: Answers
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
    sealing: Sealing | None
    """None where no key was given: the journal is not sealed."""
    console: Path | None
    online_rate_text: str | None = None
    """What the online rate counts, in the operator's words; None: in ours."""
    stall_s: float = 30.0
    """How long a console may not read before it is cut."""
    backtests: Backtests = field(default_factory=Backtests)
