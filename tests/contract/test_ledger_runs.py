"""One suite for every Intake: gateways that start anew and take their old `boot` again."""

from services.domain.ledger import Answer
from services.store.intake import Parcel, Receipt
from services.store.memory_intake import MemoryIntake
from tests.contract.test_ledger import NOW, Subject, subject

__all__ = ["subject"]


def anew(subject: Subject, *seqs: int) -> list[Parcel]:
    """Messages of boot "k" that say something else than `Subject.numbered` ones."""
    return [
        subject.parcel({"ts": NOW + 500 + s, "boot": "k", "seq": s, "values": {"A": 98}})
        for s in seqs
    ]


async def say_anew(subject: Subject, *seqs: int) -> Receipt:
    return await subject.intake.store(anew(subject, *seqs))


def reused(subject: Subject) -> int:
    """Messages under numbers that others had had, as the gateway's event counts them."""
    if subject.tables is not None:
        told = "SELECT sum(count) FROM gateway_event WHERE kind = 'boot_reused'"
        return int(subject.tables.rows(told)[0][0])
    assert isinstance(subject.intake, MemoryIntake)
    return len(subject.intake.ledger.reused)


async def test_a_gateway_that_starts_anew_under_its_old_boot_has_its_gaps_found(
    subject: Subject,
) -> None:
    await subject.arrive(*range(1, 11), boot="k")
    await subject.arrive(*range(1, 11), boot="k")  # the broker gives all of it again
    assert subject.boots() == ["k"], "a repeat starts nothing"
    receipt = await say_anew(subject, 1, 2, 3, 7, 8)
    assert receipt.stored == 5
    assert receipt.answers == (Answer("acme", "g", "k", 8, ((4, 6),)),)
    again = await say_anew(subject, 1, 2, 3, 7, 8)
    assert (again.stored, again.answers) == (0, receipt.answers)
    late = await subject.arrive(10, boot="k")
    assert late.answers == receipt.answers, "what the old run said opens no gap in the new one"
    await subject.pass_grace()
    assert [each[:5] for each in subject.gaps()] == [("g", "k", 4, 6, "open")]
    assert (len(subject.boots()), reused(subject)) == (2, 5)


async def test_what_an_earlier_run_lacked_stays_a_gap_of_that_run(subject: Subject) -> None:
    await subject.arrive(1, 2, 5, boot="k")
    await subject.pass_grace()
    await say_anew(subject, 1, 2, 3, 4)
    (gap,) = subject.gaps()
    assert gap[1].startswith("k (until 2026-")
    assert gap[2:] == (3, 4, "open", 0)


async def test_two_gateways_under_one_name_start_no_run_with_every_message(
    subject: Subject,
) -> None:
    await subject.arrive(*range(1, 21), boot="k")
    await say_anew(subject, 1)
    for seq in range(21, 31):
        await subject.arrive(seq, boot="k")
        await say_anew(subject, seq - 19)
    assert len(subject.boots()) == 2


async def test_without_a_time_another_message_under_an_old_number_is_stored(
    subject: Subject,
) -> None:
    for value in (1, 90):
        for seq in range(1, 6):
            said = {"boot": "1", "seq": seq, "values": {"A": value + seq}}
            receipt = await subject.intake.store([subject.parcel(said), subject.parcel(said)])
            assert (receipt.stored, receipt.repeats) == (1, 1)
            subject.clock.advance(1)
    assert reused(subject) == 5


async def test_in_one_batch_the_old_run_and_the_new_one_are_told_apart(subject: Subject) -> None:
    both = [*subject.numbered(1, 2, 3, 4, boot="k"), *anew(subject, 1, 2)]
    receipt = await subject.intake.store(both)
    assert (receipt.stored, receipt.repeats) == (6, 0)
    assert receipt.answers == (Answer("acme", "g", "k", 2, ()),)
    again = await subject.intake.store(both)
    assert (again.stored, again.answers[0].missing) == (0, ())
