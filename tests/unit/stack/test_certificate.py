"""A stack that was meant to be encrypted does not start in the clear."""

import subprocess
from pathlib import Path

import pytest

from services.stack.certificate import Certificate, certificate, device_authority
from services.stack.refusal import Refusal

SCRIPT = Path(__file__).resolve().parents[3] / "deploy" / "certificate.sh"


def make(folder: Path, name: str = "park.example") -> tuple[Path, Path]:
    subprocess.run(["sh", SCRIPT, name, folder], check=True, capture_output=True)
    return folder / "park.crt", folder / "park.key"


def test_without_certificates_there_is_no_tls() -> None:
    assert certificate(None, None, "MQTT_TLS") is None


@pytest.mark.parametrize("name", ["park.example", "192.0.2.7"])
def test_the_documented_script_makes_a_pair_that_fits(tmp_path: Path, name: str) -> None:
    cert, key = make(tmp_path, name)
    assert certificate(cert, key, "MQTT_TLS") == Certificate(cert, key)
    assert key.stat().st_mode & 0o777 == 0o600
    text = ["openssl", "x509", "-in", str(cert), "-noout", "-ext", "subjectAltName"]
    assert name in subprocess.run(text, check=True, capture_output=True, text=True).stdout


def test_the_script_overwrites_no_key(tmp_path: Path) -> None:
    _, key = make(tmp_path)
    before = key.read_text()
    again = subprocess.run(["sh", SCRIPT, "x", tmp_path], capture_output=True, check=False)
    assert again.returncode == 1
    assert key.read_text() == before


def test_half_a_pair_is_refused(tmp_path: Path) -> None:
    cert, key = make(tmp_path)
    with pytest.raises(Refusal, match="set both, or neither"):
        certificate(cert, None, "MQTT_TLS")
    with pytest.raises(Refusal, match="PARKWATCH_HTTP_TLS_CERT"):
        certificate(None, key, "HTTP_TLS")


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    cert, key = make(tmp_path / "one")
    _, other = make(tmp_path / "other")
    with pytest.raises(Refusal, match="missing"):
        certificate(cert, tmp_path / "missing", "MQTT_TLS")
    with pytest.raises(Refusal, match="belong together"):
        certificate(cert, other, "MQTT_TLS")
    with pytest.raises(Refusal, match="belong together"):
        certificate(key, key, "MQTT_TLS")


def test_a_key_with_a_password_is_refused_without_asking_for_it(tmp_path: Path) -> None:
    cert, key = make(tmp_path)
    locked = tmp_path / "locked.key"
    words = ["openssl", "ec", "-in", str(key), "-aes128", "-passout", "pass:secret", "-out"]
    subprocess.run([*words, str(locked)], check=True, capture_output=True)
    with pytest.raises(Refusal, match="no password"):
        certificate(cert, locked, "MQTT_TLS")


def test_whose_certificates_gateways_show_is_known_before_the_start(tmp_path: Path) -> None:
    cert, key = make(tmp_path)
    pair = certificate(cert, key, "MQTT_TLS")
    assert device_authority(None, pair) is None
    assert device_authority(cert, pair) == cert
    with pytest.raises(Refusal, match="set PARKWATCH_MQTT_TLS_CERT"):
        device_authority(cert, None)
    for wrong in (tmp_path / "nothing", key):
        with pytest.raises(Refusal, match=r"DEVICE_CA names no certificates .*: put there"):
            device_authority(wrong, pair)
