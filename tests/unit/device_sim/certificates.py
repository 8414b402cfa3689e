"""Certificates of an authority of our own: of a broker, of a gateway, good and run out."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from device_sim.transport.connection import Certificate

DAY = timedelta(days=1)


class Authority:
    """`ca`: the file that knows whom it certified."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("an authority of the proofs")
        made = self._builder(self._name, self._key, DAY).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(self._signed(made))

    def certify(self, name: str, lasts: timedelta = DAY) -> Certificate:
        """For 127.0.0.1; below zero it ran out so long ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        made = self._builder(_name(name), key, lasts).add_extension(
            x509.SubjectAlternativeName([address]), critical=False
        )
        found = Certificate(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        found.chain.write_bytes(self._signed(made))
        found.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return found

    def _builder(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 10 * DAY)
            .not_valid_after(now + lasts)
        )

    def _signed(self, made: x509.CertificateBuilder) -> bytes:
        return made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
