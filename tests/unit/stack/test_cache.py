"""What is in the cache is whole, and what stands in the way is said in one sentence."""

import errno
import os
import threading
from pathlib import Path

import pytest

from services.stack.cache import ROOT_HOME, Cache, engines_home, explained, home_of
from services.stack.refusal import Refusal


def test_a_build_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "home")

    def breaks(into: Path) -> None:
        (into / "file").write_text("half")
        raise Refusal("no network")

    with cache.locked(), pytest.raises(Refusal, match="no network"):
        cache.publish("engine-1", breaks)
    assert not cache.has("engine-1")
    assert [path.name for path in cache.home.iterdir()] == [".lock"]


def test_what_a_killed_install_left_is_cleared_and_built_anew(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    (tmp_path / ".half-dead").mkdir()
    (tmp_path / ".half-dead" / "file").write_text("half")

    def build(into: Path) -> None:
        (into / "file").write_text("whole")

    with cache.locked():
        built = cache.publish("engine-1", build)
    assert (built / "file").read_text() == "whole"
    assert not (tmp_path / ".half-dead").exists()


def test_two_installs_at_once_build_only_once(tmp_path: Path) -> None:
    builds: list[str] = []

    def install() -> None:
        cache = Cache(tmp_path)
        with cache.locked():
            cache.publish("engine-1", lambda _: builds.append("built"))

    threads = [threading.Thread(target=install) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert builds == ["built"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full: free about 1 GB"),
        (errno.EROFS, "cannot be written"),
        (errno.EACCES, "cannot be written"),
        (errno.ENOENT, "cannot be made"),
        (errno.ENOTDIR, "is in the way"),
    ],
)
def test_a_disk_that_refuses_is_explained(tmp_path: Path, number: int, words: str) -> None:
    with pytest.raises(Refusal, match=words) as refused, explained(tmp_path):
        raise OSError(number, os.strerror(number))
    assert str(tmp_path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_error_that_is_no_disks_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError), explained(tmp_path):
        raise ConnectionResetError(errno.ECONNRESET, "reset")


def test_the_engines_home_is_where_the_databases_user_can_go() -> None:
    environment = {"HOME": "/home/ann", "XDG_CACHE_HOME": "/tmp/xdg"}
    expected = ROOT_HOME if os.geteuid() == 0 else Path("/tmp/xdg/parkwatch")
    assert engines_home(environment) == expected


def test_an_empty_home_is_looked_up() -> None:
    assert home_of({"HOME": "/home/ann"}) == Path("/home/ann")
    assert home_of({"HOME": ""}).is_absolute()
    assert home_of({}).is_absolute()


def test_a_disk_with_too_little_room_is_refused_before_anything_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="MiB are needed: free them and start again"):
        Cache(tmp_path).need(2**60)
    Cache(tmp_path).need(1)
