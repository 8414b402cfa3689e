"""`parkwatch watch`: the watcher alone, told where the two ends of the chain are."""

import os
import sys
from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import quote, urlencode

from services.runtime.settings import Settings
from services.stack.data_dir import choose
from services.stack.embedded import watch_settings
from services.stack.own_certificates import name_of
from services.stack.refusal import Refusal
from services.stack.secrets import Secrets
from services.stack.show import address

USER = "svc-watcher"


def watch(settings: Settings, inherited: Mapping[str, str], words: list[str]) -> NoReturn:
    """Become the watcher; `words` are its own. Raises Refusal."""
    told = watcher_environment(settings)
    kept = {key: value for key, value in inherited.items() if not key.startswith("PARKWATCH_")}
    environment = kept | {f"PARKWATCH_{key}": value for key, value in told.items()}
    os.execve(sys.executable, [sys.executable, "-m", "services.watcher", *words], environment)


def watcher_environment(settings: Settings) -> dict[str, str]:
    """What it is told, by the names of the settings without their prefix. Raises Refusal."""
    data_dir, _ = choose(settings.data_dir, "data_dir" in settings.model_fields_set)
    pin = settings.api_pin or (None if settings.api_url else settings.http_tls_cert)
    return {
        "DATA_DIR": str(data_dir),
        "MQTT_URL": _mqtt_url(settings, Secrets(data_dir / "secrets")),
        "API_URL": settings.api_url or address(settings),
        "API_PIN": "" if pin is None else str(pin.absolute()),
        **watch_settings(settings),
    }


def _mqtt_url(settings: Settings, secrets: Secrets) -> str:
    """As it is set, else the embedded broker's, where this folder has one."""
    said = settings.watch_mqtt_url or settings.mqtt_url
    if said is not None:
        return said.get_secret_value()
    if not secrets.has(USER):
        raise Refusal(
            "The watcher has no broker: set PARKWATCH_MQTT_URL to its user's address there, or "
            "PARKWATCH_DATA_DIR to the folder of a `parkwatch up`."
        )
    host = "127.0.0.1" if settings.mqtt_host in ("0.0.0.0", "::") else settings.mqtt_host
    place = f"{USER}:{secrets.get(USER)}@{host}:{settings.mqtt_port}"
    files = {"password_file": secrets.path(USER).absolute()}
    if settings.mqtt_tls_cert is None:
        return f"mqtt://{place}?{urlencode(files, quote_via=quote)}"
    files["pin"] = settings.mqtt_tls_cert.absolute()
    if settings.mqtt_device_ca is not None:
        files["cert"] = secrets.path(name_of(USER)).absolute()
    return f"mqtts://{place}?{urlencode(files, quote_via=quote)}"
