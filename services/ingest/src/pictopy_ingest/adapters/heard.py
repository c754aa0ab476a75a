"""Whether everything that our own writer told was heard here."""

from collections.abc import Awaitable, Callable

from nats.js.errors import NotFoundError

from pictopy_contracts.messages import FileWritten
from pictopy_contracts.registry import stream_of
from pictopy_runtime.bus import NATS_ERRORS, Bus, NatsBus

DURABLE = "ingest__on_file_written"


def all_heard(bus: Bus) -> Callable[[], Awaitable[bool]]:
    """False while words of the writer are on their way, or nobody can tell."""

    async def ask() -> bool:
        if not isinstance(bus, NatsBus):
            return True
        try:
            info = await bus.jetstream.consumer_info(stream_of(FileWritten.SUBJECT), DURABLE)
        except NotFoundError:
            return True
        except NATS_ERRORS:
            return False
        return not (info.num_pending or info.num_ack_pending)

    return ask
