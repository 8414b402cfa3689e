"""The spool keeps what it said it keeps: across restarts, torn writes, damage and a full disk."""

from pathlib import Path

import pytest

from services.alerts.segment import HEADER, segment_path, segments
from services.alerts.spool import POSITION_JUMP, Spool, SpoolFull, SpoolSize
from services.alerts.spool_reader import SpoolReader

SMALL = SpoolSize(limit=40_000, reserve=8_000, segment=4_000)


def payload(number: int) -> bytes:
    return f"record {number} ".encode() * 10


def filled(folder: Path, count: int, size: SpoolSize = SMALL) -> Spool:
    spool = Spool(folder, size)
    for number in range(1, count + 1):
        assert spool.append(payload(number)) == number
    return spool


def fill(spool: Spool, operator: bool = False) -> None:
    for number in range(10_000):
        spool.append(payload(number), operator)


def everything(folder: Path, after: int = 0) -> list[tuple[int, bytes]]:
    reader = SpoolReader(folder, after)
    found: list[tuple[int, bytes]] = []
    while some := reader.read(7):
        found += some
    return found


def test_what_was_appended_is_read_in_order_across_segments_and_restarts(tmp_path: Path) -> None:
    spool = filled(tmp_path, 100)
    name = spool.id
    spool.close()

    again = Spool(tmp_path, SMALL)

    assert len(segments(tmp_path)) > 2
    assert (again.id, again.last, again.torn_bytes) == (name, 100, 0)
    assert everything(tmp_path) == [(n, payload(n)) for n in range(1, 101)]
    assert everything(tmp_path, after=57) == [(n, payload(n)) for n in range(58, 101)]
    assert again.append(payload(101)) == 101


def test_a_reader_that_waits_at_the_end_sees_what_comes_later(tmp_path: Path) -> None:
    spool = filled(tmp_path, 3)
    reader = SpoolReader(tmp_path)
    assert len(reader.read(10)) == 3
    assert reader.read(10) == []

    for number in range(4, 60):
        spool.append(payload(number))

    assert [position for position, _ in reader.read(100)] == list(range(4, 60))


@pytest.mark.parametrize("cut", [1, 7, HEADER.size, HEADER.size + 5])
def test_a_torn_last_record_is_cut_off_and_all_before_it_survive(tmp_path: Path, cut: int) -> None:
    filled(tmp_path, 5, SpoolSize()).close()
    path = segments(tmp_path)[-1][1]
    path.write_bytes(path.read_bytes()[:-cut])

    spool = Spool(tmp_path)

    size = HEADER.size + len(payload(5))
    assert spool.torn_bytes == size - cut
    assert [position for position, _ in everything(tmp_path)] == [1, 2, 3, 4]
    # A position that may have been recorded already is never given again.
    assert spool.append(b"next") == 4 + POSITION_JUMP + 1
    assert len(everything(tmp_path)) == 5


def test_the_positions_left_free_stay_free_after_a_quiet_start(tmp_path: Path) -> None:
    filled(tmp_path, 5, SpoolSize()).close()
    path = segments(tmp_path)[-1][1]
    path.write_bytes(path.read_bytes()[:-1])
    first = Spool(tmp_path)
    first.close()

    again = Spool(tmp_path)

    assert (again.last, again.torn_bytes) == (first.last, 0)
    assert [position for position, _ in everything(tmp_path)] == [1, 2, 3, 4]
    assert again.append(b"next") == 4 + POSITION_JUMP + 1


def test_one_damaged_record_costs_that_record_and_no_other(tmp_path: Path) -> None:
    filled(tmp_path, 10, SpoolSize()).close()
    path = segments(tmp_path)[0][1]
    size = HEADER.size + len(payload(1))
    data = bytearray(path.read_bytes())
    data[3 * size + HEADER.size + 4] ^= 0xFF
    path.write_bytes(data)

    spool, reader = Spool(tmp_path), SpoolReader(tmp_path)

    assert spool.torn_bytes == 0
    assert [position for position, _ in reader.read(100)] == [1, 2, 3, 5, 6, 7, 8, 9, 10]
    assert reader.damaged_bytes == size


def test_a_damaged_length_costs_that_record_and_no_other(tmp_path: Path) -> None:
    filled(tmp_path, 10, SpoolSize()).close()
    path = segments(tmp_path)[0][1]
    size = HEADER.size + len(payload(1))
    data = bytearray(path.read_bytes())
    data[2 * size + 4 : 2 * size + 8] = b"\xff\xff\xff\xff"
    path.write_bytes(data)

    reader = SpoolReader(tmp_path)

    assert [position for position, _ in reader.read(100)] == [1, 2, 4, 5, 6, 7, 8, 9, 10]
    assert reader.damaged_bytes == size


def test_at_its_end_it_refuses_readings_and_still_takes_operators(tmp_path: Path) -> None:
    spool = Spool(tmp_path, SMALL)
    with pytest.raises(SpoolFull):
        fill(spool)
    ordinary = spool.last
    assert SMALL.limit - SMALL.reserve - 500 < spool.size_bytes <= SMALL.limit - SMALL.reserve

    spool.append(b"acknowledged by li.wei", operator=True)

    assert everything(tmp_path)[-1] == (ordinary + 1, b"acknowledged by li.wei")
    with pytest.raises(SpoolFull):
        fill(spool, operator=True)
    assert spool.size_bytes <= SMALL.limit


def test_what_is_recorded_and_snapshotted_makes_room(tmp_path: Path) -> None:
    spool = filled(tmp_path, 150)
    reader = SpoolReader(tmp_path)
    reader.read(70)

    spool.forget(60)

    assert 1 < spool.first <= 61
    assert everything(tmp_path, after=60) == [(n, payload(n)) for n in range(61, 151)]
    assert [position for position, _ in reader.read(1000)] == list(range(71, 151))
    before = spool.size_bytes
    spool.forget(150)
    assert spool.size_bytes < before / 10
    assert spool.append(b"on") == 151
    assert everything(tmp_path, after=150) == [(151, b"on")]
    assert reader.read(10) == [(151, b"on")]


def test_a_reader_whose_segment_was_deleted_goes_on_with_the_next(tmp_path: Path) -> None:
    spool = filled(tmp_path, 150)
    reader = SpoolReader(tmp_path)
    first_end = segments(tmp_path)[1][0] - 1
    reader.read(first_end)

    spool.forget(first_end)

    assert not segment_path(tmp_path, 1).exists()
    assert reader.read(1)[0][0] == first_end + 1


def test_positions_go_on_after_everything_was_forgotten(tmp_path: Path) -> None:
    spool = filled(tmp_path, 25)
    spool.forget(25)
    spool.close()

    again = Spool(tmp_path, SMALL)

    assert again.last == 25
    assert again.append(b"x") == 26


def test_the_reserve_is_held_on_the_disk(tmp_path: Path) -> None:
    Spool(tmp_path, SMALL)

    reserve = (tmp_path / "reserve").stat()

    assert reserve.st_size == SMALL.reserve
    assert reserve.st_blocks * 512 >= SMALL.reserve
