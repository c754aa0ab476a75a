"""Which scan comes next."""

import asyncio

import pytest

from pictopy_contracts.ids import LibraryId
from pictopy_ingest.board import Board

A, B = LibraryId("a"), LibraryId("b")


async def test_wishes_come_before_the_routine_and_many_are_one() -> None:
    """The earliest request of a library holds, whoever asks again."""
    board = Board()
    board.request(A, 900, is_routine=True)
    board.request(B)
    board.request(B, 5)
    assert board.wanted == 1
    assert await board.next() == B
    board.end()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await board.next()


async def test_a_running_scan_counts_until_it_ends() -> None:
    """Nothing is settled while a scan runs."""
    board = Board()
    board.request(A)
    assert await board.next() == A
    board.begin(2)
    board.file_done()
    assert (board.wanted, board.files_left) == (1, 1)
    board.end()
    assert (board.wanted, board.files_left) == (0, 0)


async def test_a_new_wish_wakes_the_sleeper() -> None:
    """A request is taken at once, although the loop waits for a later one."""
    board = Board()
    board.request(A, 900)
    waiting = asyncio.create_task(board.next())
    await asyncio.sleep(0)
    board.request(B)
    assert await waiting == B


def test_the_rate_is_of_the_last_half_minute() -> None:
    """Files a second, without those of long ago."""
    now = [0.0]
    board = Board(lambda: now[0])
    for _ in range(20):
        board.file_done()
        now[0] += 0.5
    assert board.rate_per_s == pytest.approx(2.0)
    now[0] += 100
    assert board.rate_per_s == 0.0


def test_a_library_that_was_taken_out_is_not_scanned() -> None:
    """Its request is gone, until somebody asks again."""
    board = Board()
    board.request(A)
    board.stop(A)
    assert board.wanted == 0
    assert board.is_stopped(A)
    board.request(A)
    assert not board.is_stopped(A)
