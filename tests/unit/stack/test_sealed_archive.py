"""S49: a backup that is encrypted opens with its key alone, whole, or is refused in one sentence."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.settings import Settings
from services.stack.archive import ArchiveWriter, open_archive
from services.stack.backup_key import BackupKey, backup_key
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.stack.sealed_file import CHUNK, MAGIC, SealedFile
from services.stack.unsealing import unseal

KEY = BackupKey("the key of k", bits=bytes(range(32)))
HEAD = len(MAGIC) + 32 + 32
RECORD = CHUNK + 28
PARTS = {
    "secrets/token_key": b"a secret of ours\n",
    "database.dump": b"table by table " * 20_000,
    "alerts/overflow": b"",
    "alerts/snapshot": b"\x00" * (CHUNK - 512),
}


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    target = tmp_path / "parkwatch.backup"
    with ArchiveWriter(target, "2026-01-04T16:00:00Z", KEY) as archive:
        for name, content in PARTS.items():
            archive.add(name, (content[n : n + 1_000] for n in range(0, len(content), 1_000)))
    return target


def refusal(path: Path, key: BackupKey | None) -> str:
    with pytest.raises(Refusal) as refused, open_archive(path, key) as archive:
        archive.verify()
    told = str(refused.value)
    assert "\n" not in told
    return told


def test_s49_what_goes_in_comes_out_and_nothing_of_it_stands_in_the_file(sealed: Path) -> None:
    with open_archive(sealed, KEY) as archive:
        archive.verify()
        assert {name: b"".join(archive.pieces(name)) for name in archive.parts} == PARTS
    bytes_on_disk = sealed.read_bytes()
    for plain in (
        b"secret",
        b"token_key",
        b"table by table",
        b"manifest",
        b"created_at",
        b"\0" * 64,
    ):
        assert plain not in bytes_on_disk
    assert stat.S_IMODE(sealed.stat().st_mode) == 0o600


def test_s49_the_same_backup_twice_is_not_the_same_file(sealed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with ArchiveWriter(other, "2026-01-04T16:00:00Z", KEY) as archive:
        for name, content in PARTS.items():
            archive.add(name, [content])
    assert other.stat().st_size == sealed.stat().st_size
    blocks = range(HEAD, other.stat().st_size - 32, 4096)
    ours, theirs = sealed.read_bytes(), other.read_bytes()
    assert [n for n in blocks if ours[n : n + 32] == theirs[n : n + 32]] == []


def test_s49_another_key_and_no_key_are_refused(sealed: Path) -> None:
    wrong = BackupKey("the key of wrong", bits=bytes(32))
    assert "cannot be opened with the key of wrong" in refusal(sealed, wrong)
    assert "is encrypted: name its key" in refusal(sealed, None)


def test_s49_a_backup_that_somebody_left_unencrypted_is_not_taken_for_ours(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    with ArchiveWriter(plain, "2026-01-04T16:00:00Z") as archive:
        archive.add("database.dump", [b"forged"])
    assert "is not encrypted" in refusal(plain, KEY)


def test_s49_every_change_of_a_byte_is_found(sealed: Path) -> None:
    """In the magic, salt, proof of the key; in each chunk's nonce, text and tag, first and last."""
    whole = sealed.read_bytes()
    chunks = range(HEAD, len(whole), RECORD)
    assert len(chunks) >= 5
    places = {0, 20, 50, HEAD - 1, len(whole) - 1}
    for start in chunks:
        places |= {start, start + 20, min(start + RECORD, len(whole)) - 1}
    for place in sorted(places):
        sealed.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert refusal(sealed, KEY)


def test_s49_what_was_cut_moved_doubled_or_put_behind_is_found(sealed: Path) -> None:
    whole = sealed.read_bytes()
    head, chunks = whole[:HEAD], [whole[n : n + RECORD] for n in range(HEAD, len(whole), RECORD)]
    changed = [
        whole[: len(whole) * 2 // 3],
        head,
        head + b"".join(chunks[:-1]),
        head + b"".join(chunks[1:]),
        head + b"".join([chunks[1], chunks[0], *chunks[2:]]),
        head + b"".join([*chunks[:2], *chunks[1:]]),
        whole + chunks[0],
        whole + b"x" * 64,
        head + chunks[-1],
    ]
    for each in changed:
        sealed.write_bytes(each)
        assert refusal(sealed, KEY)


def test_s49_chunks_of_another_backup_under_the_same_key_are_not_taken(
    sealed: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    with ArchiveWriter(other, "2026-01-05T16:00:00Z", KEY) as archive:
        for name, content in PARTS.items():
            archive.add(name, [content])
    ours, theirs = sealed.read_bytes(), other.read_bytes()
    place = HEAD + RECORD
    sealed.write_bytes(ours[:place] + theirs[place : place + RECORD] + ours[place + RECORD :])
    assert "altered or damaged" in refusal(sealed, KEY)


def test_s49_a_passphrase_does_as_well(tmp_path: Path) -> None:
    key = backup_key(Settings(_env_file=None, backup_passphrase="correct horse battery"), None)
    assert key is not None
    assert "correct" not in repr(key)
    target = tmp_path / "b"
    with ArchiveWriter(target, "2026-01-04T16:00:00Z", key) as archive:
        archive.add("database.dump", [b"all of it"])
    with open_archive(target, key) as read:
        read.verify()
    other = BackupKey("another passphrase", passphrase="correct horse batterx")
    assert "cannot be opened with another passphrase" in refusal(target, other)


@pytest.mark.parametrize(
    ("content", "phrase", "told"),
    [
        (None, None, "cannot be read: make one with `openssl rand -hex 32"),
        ("abc", None, "is no key file: it holds 64 hex digits"),
        ("\N{SNOWMAN}" * 64, None, "cannot be read"),
        ("0" * 64, "correct horse battery", "Two keys are named"),
        ("", "too short", "has 9 characters: take 12 or more"),
    ],
)
def test_s49_a_key_that_is_none_is_refused(
    tmp_path: Path, content: str | None, phrase: str | None, told: str
) -> None:
    file = tmp_path / "key"
    if content:
        file.write_text(content, "utf-8")
    named = None if content == "" else file
    settings = Settings(_env_file=None, backup_passphrase=phrase)
    with pytest.raises(Refusal, match=told):
        backup_key(settings, named)


def test_no_key_is_named_where_none_is(tmp_path: Path) -> None:
    assert backup_key(Settings(_env_file=None), None) is None
    (tmp_path / "key").write_text("ab" * 32 + "\n")
    by_setting = Settings(_env_file=None, backup_key_file=tmp_path / "key")
    key = backup_key(by_setting, None)
    assert key is not None
    assert key.bits == bytes([0xAB]) * 32


def test_an_encrypted_backup_becomes_the_plain_archive_again(sealed: Path, tmp_path: Path) -> None:
    """For a server that is filled by hand; of one that was altered nothing is left."""
    settings, key, tar = Settings(_env_file=None), tmp_path / "key", tmp_path / "plain.tar"
    key.write_text(KEY.bits.hex())
    unseal(sealed, tar, settings, Progress(), key)
    assert stat.S_IMODE(tar.stat().st_mode) == 0o600
    with open_archive(tar) as archive:
        archive.verify()
        assert {name: b"".join(archive.pieces(name)) for name in archive.parts} == PARTS
    whole = sealed.read_bytes()
    sealed.write_bytes(whole[:-40] + b"x" + whole[-39:])
    for target, told in ((tmp_path / "other.tar", "altered or damaged"), (tar, "is there already")):
        with pytest.raises(Refusal, match=told):
            unseal(sealed, target, settings, Progress(), key)
    assert not (tmp_path / "other.tar").exists()
    with pytest.raises(Refusal, match="Name the key"):
        unseal(sealed, tmp_path / "t", settings, Progress())
    with pytest.raises(Refusal, match="is no encrypted backup"):
        unseal(tar, tmp_path / "t", settings, Progress(), key)


_AT = st.integers(0, 3 * CHUNK)


@given(st.lists(st.tuples(_AT, st.binary(max_size=300)), max_size=12))
def test_it_is_written_and_read_as_any_file(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[int, bytes]]
) -> None:
    """Wherever one goes back to, within what was written."""
    path = tmp_path_factory.mktemp("sealed") / "file"
    plain = bytearray(b"begin")
    with path.open("w+b") as raw:
        file = SealedFile.new(raw, KEY, path)
        file.write(b"begin")
        for place, data in writes:
            at = min(place, len(plain))
            assert file.seek(at) == file.tell() == at
            file.write(data * 300)
            plain[at : at + len(data) * 300] = data * 300
        file.flush()
    with path.open("rb") as raw:
        again = SealedFile.opened(raw, KEY, path)
        assert again.read() == bytes(plain)
        again.seek(-5, os.SEEK_END)
        assert again.read(100) == bytes(plain[-5:])
