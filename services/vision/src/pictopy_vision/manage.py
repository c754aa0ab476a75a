"""`python -m pictopy_vision.manage`: the model routes alone, for a command while no stack runs.

It prints `{"port": N}` as its first line and ends when its standard input does, so it never outlives who asked. Same
settings, same routes, same token as the service; no NATS, no photos.
"""

import asyncio
import contextlib
import json
import socket
import sys
from contextlib import AsyncExitStack

import uvicorn

from pictopy_runtime.http import Web, make_app
from pictopy_runtime.logs import configure
from pictopy_vision import api, api_profiles
from pictopy_vision.catalogue_files import CatalogueError
from pictopy_vision.choice_keeper import ChoicesError
from pictopy_vision.desk import DESK_LOOPS, Desk, open_desk
from pictopy_vision.settings import VisionSettings

LOCALHOST = "127.0.0.1"


async def serve(settings: VisionSettings) -> None:
    async with AsyncExitStack() as stack:
        desk = await open_desk(settings, stack)
        app = make_app(Web("vision", settings.token.get_secret_value(), desk, (api_profiles.router, api.router)))
        listener = stack.enter_context(socket.create_server((LOCALHOST, 0)))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
        sys.stdout.write(json.dumps({"port": listener.getsockname()[1]}) + "\n")
        sys.stdout.flush()
        await _until_left(server, listener, desk)


async def _until_left(server: uvicorn.Server, listener: socket.socket, desk: Desk) -> None:
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    working = [asyncio.ensure_future(loop(desk)) for loop in DESK_LOOPS]
    await _end_of_input()
    server.should_exit = True
    for task in working:
        task.cancel()
    await asyncio.gather(serving, *working, return_exceptions=True)


async def _end_of_input() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass


def main() -> int:
    settings = VisionSettings()
    configure("vision", "ERROR")  # what goes wrong is in the answers
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(serve(settings))
        except (CatalogueError, ChoicesError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
