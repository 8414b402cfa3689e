"""A certificate and its key, as somebody gave them for MQTT or for the console."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from services.runtime.device_trust import BadTrust, certificates
from services.stack.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two PEM files that belong together."""

    certificate: Path
    key: Path


def certificate(cert: Path | None, key: Path | None, setting: str) -> Certificate | None:
    """The pair of the settings `{setting}_CERT` and `{setting}_KEY`; None when neither is set.

    Raises Refusal when only one is set, or they cannot be read, or do not belong together: a
    stack that was meant to be encrypted must not start in the clear.
    """
    if cert is None and key is None:
        return None
    names = f"PARKWATCH_{setting}_CERT and PARKWATCH_{setting}_KEY"
    if cert is None or key is None:
        raise Refusal(f"Only one of {names} is set: set both, or neither.")
    for file in (cert, key):
        try:
            file.read_bytes()
        except OSError as error:
            raise Refusal(
                f"{file}, of {names}, cannot be read ({error.strerror}): correct its path, "
                "or let this user read it."
            ) from error
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        raise Refusal(
            f"{cert} and {key} are no certificate with its key ({error}): both must be PEM, belong "
            "together, and the key must have no password."
        ) from error
    return Certificate(cert.absolute(), key.absolute())


def device_authority(file: Path | None, pair: Certificate | None) -> Path | None:
    """The file of `MQTT_DEVICE_CA`, absolute. Raises Refusal when it cannot be used, or when the
    gateways' listener is not TLS: nobody could show a certificate there."""
    if file is None:
        return None
    if pair is None:
        raise Refusal(
            "PARKWATCH_MQTT_DEVICE_CA asks gateways for certificates, which needs TLS: set "
            "PARKWATCH_MQTT_TLS_CERT and PARKWATCH_MQTT_TLS_KEY, too."
        )
    try:
        certificates(file)
    except BadTrust as error:
        raise no_trust(error) from error
    return file.absolute()


def no_trust(error: BadTrust) -> Refusal:
    """What is to be done about a file of certificates that is none."""
    return Refusal(
        f"PARKWATCH_MQTT_DEVICE_CA names no certificates ({error}): put there, in PEM, those of the "
        "authorities that sign gateways' certificates, or the gateways' own."
    )


def _no_password() -> str:
    raise ValueError("the key has a password")
