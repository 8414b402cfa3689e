"""`parkwatch up` and `parkwatch demo` as a person sees them: steps, the ready line, the logins."""

import sys
from collections.abc import Mapping
from ipaddress import ip_address

from services.runtime.clock import Clock
from services.runtime.settings import Settings
from services.stack.program import Program
from services.stack.progress import Progress
from services.stack.up import Stack, held


def show(
    settings: Settings,
    inherited: Mapping[str, str],
    clock: Clock,
    progress: Progress,
    sample_park: bool,
) -> None:
    """Run the stack until somebody asks for its end."""
    with held(settings, inherited, clock, progress) as stack:
        first = not stack.embedded.secrets.has("admin_password")
        if warning := open_broker(settings):
            progress.say(warning)
        url = address(settings)
        stack.start_engines()
        stack.start_services(url)
        stack.start_watcher(url)
        if sample_park:
            stack.supervisor.start(fleet(settings, stack, url, inherited))
            stack.supervisor.start(drills(settings, stack, url, inherited))
        print(f"parkwatch ready: {url}", flush=True)
        progress.say(login(settings, stack, first))
        progress.say("Ctrl-C stops all of it.")
        stack.supervisor.keep()
        progress.say("stopping …")


def address(settings: Settings) -> str:
    """Where a browser on this machine finds the console."""
    host = "127.0.0.1" if settings.http_host in ("0.0.0.0", "::") else settings.http_host
    scheme = "http" if settings.http_tls_cert is None else "https"
    return f"{scheme}://{host}:{settings.http_port}"


def login(settings: Settings, stack: Stack, first: bool) -> str:
    """The line about the user admin: the password itself only on the first start."""
    file = stack.embedded.secrets.path("admin_password")
    if settings.admin_password is not None and first:
        return "Sign in as admin with the password that you set."
    if first:
        return f"Sign in as admin, password {stack.embedded.secrets.get('admin_password')} (kept in {file})."
    return f"Sign in as admin; the first password is in {file}."


def open_broker(settings: Settings) -> str | None:
    """A warning when gateways' passwords would cross a network in the clear."""
    try:
        loopback = ip_address(settings.mqtt_host).is_loopback
    except ValueError:
        loopback = settings.mqtt_host == "localhost"
    if loopback or settings.mqtt_tls_cert is not None or settings.mqtt_url is not None:
        return None
    return (
        f"Warning: MQTT listens on {settings.mqtt_host} without TLS, so passwords cross the network "
        "in the clear: set PARKWATCH_MQTT_TLS_CERT and PARKWATCH_MQTT_TLS_KEY."
    )


def fleet(settings: Settings, stack: Stack, url: str, inherited: Mapping[str, str]) -> Program:
    """The sample park's simulator, which is a stranger: it gets addresses and a password file."""
    return _simulator("sim", "demo", settings, stack, url, inherited)


def drills(settings: Settings, stack: Stack, url: str, inherited: Mapping[str, str]) -> Program:
    """The simulator that plays what an instructor starts from the console; as much of a stranger."""
    return _simulator("drill", "drill", settings, stack, url, inherited)


def _simulator(
    name: str,
    command: str,
    settings: Settings,
    stack: Stack,
    url: str,
    inherited: Mapping[str, str],
) -> Program:
    host = "127.0.0.1" if settings.mqtt_host in ("0.0.0.0", "::") else settings.mqtt_host
    password = str(stack.embedded.secrets.path("admin_password"))
    options = {
        "--api": url,
        "--mqtt-host": host,
        "--mqtt-port": str(settings.mqtt_port),
        "--username": "admin",
        "--password-file": password,
    }
    environment = dict(inherited)
    if settings.mqtt_tls_cert is not None:
        options["--ca"] = str(settings.mqtt_tls_cert.absolute())
    if settings.http_tls_cert is not None:
        # What Python's own https trusts.
        environment["SSL_CERT_FILE"] = str(settings.http_tls_cert.absolute())
    words = [word for option in options.items() for word in option]
    return Program(name, (sys.executable, "-m", "device_sim", command, *words), env=environment)
