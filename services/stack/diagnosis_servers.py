"""Database and broker: whether they answer, what state the schema is in, who can listen in."""

import secrets
from collections.abc import Iterator

import psycopg
from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from services.runtime.clock import Clock, to_ms
from services.runtime.mqtt_client import BadAddress, BrokerAddress, make_client
from services.runtime.settings import Settings
from services.stack.certificate import certificate, device_authority
from services.stack.database_alone import running_port
from services.stack.diagnosis import Code, Finding, Site, refused
from services.stack.diagnosis_folder import chosen
from services.stack.diagnosis_notices import notices
from services.stack.postgres import DATABASE, HOST, SUPERUSER
from services.stack.refusal import Refusal
from services.stack.secrets import Secrets
from services.stack.show import open_broker
from services.store.migration_state import MigrationState, migration_state

PATIENCE_S = 3.0
SKEW_S = 5.0


def servers(site: Site) -> Iterator[Finding]:
    """What the settings name, and of an embedded stack what runs."""
    yield from _database(site)
    if site.settings.mqtt_url is not None:
        yield _broker(site.settings.mqtt_url.get_secret_value(), site.clock)
    yield from _doors(site)


def _database(site: Site) -> Iterator[Finding]:
    given = site.settings.database_url
    try:
        url = _embedded_url(site) if given is None else given.get_secret_value()
    except Refusal as refusal:
        yield refused(Code.DATABASE_REACHABLE, refusal)
        return
    if url is None:
        return
    which = "The embedded database" if given is None else "The database of PARKWATCH_DATABASE_URL"
    try:
        state = migration_state(url)
    except psycopg.Error as error:
        reason = str(error).strip().rpartition("\n")[2].strip().rstrip(".")
        remedy = (
            f"see the logs in {chosen(site).logs}"
            if given is None
            else "start that server, or correct the address, user and password"
        )
        yield Finding(
            Code.DATABASE_REACHABLE, f"{which} does not let us in ({reason[:200]})", remedy
        )
        return
    yield Finding(Code.DATABASE_REACHABLE, f"{which} answers")
    yield _migrations(state, embedded=given is None)
    if not state.missing and (finding := notices(url, site.clock)) is not None:
        yield finding
    yield _skew(state, site.clock, which)


def _embedded_url(site: Site) -> str | None:
    """The running embedded database; None when no stack runs."""
    try:
        data = chosen(site)
    except Refusal:
        return None
    if data.holder() is None or not Secrets(data.secrets).has(SUPERUSER):
        return None
    password = Secrets(data.secrets).get(SUPERUSER)
    return f"postgresql://{SUPERUSER}:{password}@{HOST}:{running_port(data)}/{DATABASE}"


def _migrations(state: MigrationState, embedded: bool) -> Finding:
    if state.unknown:
        what = (
            f"The database has the migration {state.unknown[-1]}, which this version does not know"
        )
        return Finding(Code.MIGRATIONS, what, "start the version that made it, or a newer one")
    if state.changed:
        what = f"The migration {state.changed[0]} was changed after it was applied"
        return Finding(Code.MIGRATIONS, what, "restore the file of this version: git checkout it")
    if state.missing:
        what = f"The database lacks {len(state.missing)} migrations, {state.missing[0]} the first"
        remedy = "start the stack again" if embedded else "run `parkwatch migrate` as its owner"
        return Finding(Code.MIGRATIONS, what, remedy)
    return Finding(Code.MIGRATIONS, "The database has every migration of this version")


def _skew(state: MigrationState, clock: Clock, which: str) -> Finding:
    off = (to_ms(state.server_time) - clock.now_ms()) / 1000
    if abs(off) <= SKEW_S:
        return Finding(Code.CLOCK, "This machine and the database agree what time it is")
    way = "ahead of" if off > 0 else "behind"
    what = f"{which} is {abs(off):.0f} s {way} this machine's clock"
    return Finding(
        Code.CLOCK, what, "let both machines keep time by NTP (timedatectl set-ntp true)"
    )


def _broker(url: str, clock: Clock) -> Finding:
    try:
        address = BrokerAddress.parse(url)
    except BadAddress as error:
        return Finding(
            Code.BROKER_REACHABLE, "PARKWATCH_MQTT_URL cannot be read", str(error).rstrip(".")
        )
    where = f"The broker of PARKWATCH_MQTT_URL, {address.host}:{address.port},"
    try:
        refusal = _knock(address, clock)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        remedy = "start that broker, or correct the address"
        return Finding(Code.BROKER_REACHABLE, f"{where} does not answer ({reason})", remedy)
    if refusal is not None:
        remedy = "correct the user and password in PARKWATCH_MQTT_URL"
        return Finding(Code.BROKER_REACHABLE, f"{where} does not let us in ({refusal})", remedy)
    return Finding(Code.BROKER_REACHABLE, f"{where} lets us in")


def _knock(address: BrokerAddress, clock: Clock) -> str | None:
    """Connect once; why the broker refuses, None when it does not. Raises OSError."""
    heard: list[ReasonCode] = []

    def hear(
        _client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        heard.append(reason)

    client = make_client(address, f"pw-doctor-{secrets.token_hex(4)}", durable=False)
    client.on_connect = hear
    client.connect(address.host, address.port)
    deadline = clock.monotonic() + PATIENCE_S
    while not heard and clock.monotonic() < deadline:
        client.loop(0.1)
    client.disconnect()
    if not heard:
        raise TimeoutError("it took the connection and said nothing")
    return str(heard[0]).lower() if heard[0].is_failure else None


def _doors(site: Site) -> Iterator[Finding]:
    settings = site.settings
    if warning := open_broker(settings):
        what, _, remedy = warning.removeprefix("Warning: ").rstrip(".").partition(": ")
        yield Finding(Code.MQTT_ENCRYPTED, what, remedy)
    else:
        yield Finding(Code.MQTT_ENCRYPTED, "No gateway's password crosses a network in the clear")
    pairs = (
        (settings.mqtt_tls_cert, settings.mqtt_tls_key, "MQTT_TLS"),
        (settings.http_tls_cert, settings.http_tls_key, "HTTP_TLS"),
    )
    for cert, key, name in pairs:
        try:
            if certificate(cert, key, name) is not None:
                yield Finding(Code.CERTIFICATES, f"The certificate {cert} and its key fit")
        except Refusal as refusal:
            yield refused(Code.CERTIFICATES, refusal)
    yield from _gateways_certificates(settings)


def _gateways_certificates(settings: Settings) -> Iterator[Finding]:
    file, name = settings.mqtt_device_ca, "MQTT_TLS"
    try:
        pair = certificate(settings.mqtt_tls_cert, settings.mqtt_tls_key, name)
        if device_authority(file, pair) is not None:
            yield Finding(Code.CERTIFICATES, f"Gateways' certificates are held against {file}")
    except Refusal as refusal:
        if file is not None:
            yield refused(Code.CERTIFICATES, refusal)
