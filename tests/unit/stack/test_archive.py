"""A backup is whole or it is refused in one sentence; half a one never gets its name."""

import io
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.stack.archive import FIRST, MANIFEST, ArchiveWriter, open_archive
from services.stack.refusal import Refusal

LONG = "broker/store/jetstream/PARK/streams/" + "s" * 120 + "/msgs/1.blk"


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    target = tmp_path / "parkwatch.tar"
    with ArchiveWriter(target, "2026-01-04T16:00:00Z") as archive:
        archive.facts = {"timescaledb": "2.19.3"}
        archive.add("secrets/token_key", [b"secret\n"])
        archive.add("database.dump", (bytes([n]) * 1_000 for n in range(50)))
        archive.add(LONG, [b"message"])
        archive.add("alerts/overflow", [])
    return target


def verify(path: Path) -> None:
    with open_archive(path) as archive:
        archive.verify()


def refusal(path: Path) -> str:
    with pytest.raises(Refusal) as refused:
        verify(path)
    return str(refused.value)


def test_what_goes_in_comes_out(backup: Path, tmp_path: Path) -> None:
    with open_archive(backup) as archive:
        archive.verify()
        assert archive.manifest["timescaledb"] == "2.19.3"
        assert archive.names("secrets") == ["secrets/token_key"]
        assert b"".join(archive.pieces(LONG)) == b"message"
        assert len(b"".join(archive.pieces("database.dump"))) == 50_000
        out = tmp_path / "out" / "token_key"
        archive.extract("secrets/token_key", out)
        assert out.read_bytes() == b"secret\n"
        assert stat.S_IMODE(out.stat().st_mode) == 0o600
        assert stat.S_IMODE(out.parent.stat().st_mode) == 0o700


def test_only_its_owner_can_read_it(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_any_tar_can_open_it(backup: Path) -> None:
    with tarfile.open(backup) as tar:
        assert tar.getnames()[0] == FIRST
        assert tar.getnames()[-1] == MANIFEST


def test_a_backup_that_fails_leaves_the_one_of_before(backup: Path) -> None:
    before = backup.read_bytes()

    def cut_short() -> Iterator[bytes]:
        yield b"half"
        raise KeyError

    def fail() -> None:
        with ArchiveWriter(backup, "2026-01-05T16:00:00Z") as archive:
            archive.add("database.dump", cut_short())

    with pytest.raises(KeyError):
        fail()
    assert backup.read_bytes() == before
    assert os.listdir(backup.parent) == [backup.name]


def test_cut_anywhere_it_is_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    with tarfile.open(backup) as tar:
        end = tar.getmember(MANIFEST).offset_data + tar.getmember(MANIFEST).size
    for size in [*range(512, end - 512, 997), end - 1]:
        backup.write_bytes(whole[:size])
        assert "was cut off or damaged" in refusal(backup), size


def test_one_changed_byte_anywhere_is_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    with tarfile.open(backup) as tar:
        inside = [tar.getmember(name).offset_data for name in ("secrets/token_key", LONG)]
        inside += [tar.getmember("database.dump").offset_data + n for n in (0, 25_000, 49_999)]
    for place in inside:
        changed = bytearray(whole)
        changed[place] ^= 1
        backup.write_bytes(changed)
        assert "is damaged" in refusal(backup)


def test_a_manifest_of_nonsense_is_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    for old, new in ((b'"format": 1', b'"format": x'), (b'"parts": {', b'"parts":[{'),
                     (b'"sha256"', b'"sha250"')):  # fmt: skip
        assert old in whole
        backup.write_bytes(whole.replace(old, new))
        assert refusal(backup).endswith(".")


def test_a_newer_format_is_refused(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes().replace(b'"format": 1', b'"format": 2'))
    assert "a newer one" in refusal(backup)


@pytest.mark.parametrize("content", [b"", b"no tar", b"\0" * 10_240, os.urandom(10_240)])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    assert "is no backup of Parkwatch" in refusal(file)


def test_a_foreign_tar_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file.tar"
    with tarfile.open(file, "w") as tar:
        tar.addfile(tarfile.TarInfo("etc/passwd"), io.BytesIO())
    assert "is no backup of Parkwatch" in refusal(file)


@pytest.mark.parametrize("name", ["../evil", "secrets/../../evil", "/etc/evil", "logs/x"])
def test_no_part_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    target = tmp_path / "evil.tar"
    with ArchiveWriter(target, "2026-01-04T16:00:00Z") as archive:
        archive.add(name, [b"x"])
    assert "is no part of a backup" in refusal(target)


def test_a_part_that_the_manifest_does_not_know_is_refused(backup: Path) -> None:
    with tarfile.open(backup, "a") as tar:
        tar.addfile(tarfile.TarInfo("secrets/more"), io.BytesIO())
    assert "does not know secrets/more" in refusal(backup)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(Refusal, match="name a file in a folder that is there"),
        ArchiveWriter(tmp_path / "nowhere" / "file", "2026-01-04T16:00:00Z"),
    ):
        pass
