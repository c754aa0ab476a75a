"""The vision service's model routes: of the running stack, or of a process of our own while none runs."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

import httpx

from pictopy_local.client import ApiError
from pictopy_local.data_dir import DataDir
from pictopy_local.services import PASSED_ON, PRIVATE, SMALL_FOOTPRINT

START_TIMEOUT_S = 60.0
END_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 600.0  # a gigabyte is read again in less, also from a slow disk
CHUNK_BYTES = 1 << 20


class ModelsApi:
    """HTTP of the vision service; every method raises ApiError with what the service said."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        timeout = httpx.Timeout(ANSWER_TIMEOUT_S, connect=10)
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str) -> Any:
        return self._send("GET", path).json()

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return self._send("POST", path, json=body).json()

    def events(self, path: str) -> Iterator[Any]:
        """Each event of a live stream, until the caller leaves the loop."""
        with self._stream("GET", path) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))

    def download(self, path: str, to: Path) -> int:
        """Bytes written; the file has its name only when it is whole."""
        part = to.with_name(f".{to.name}.part")
        try:
            with self._stream("GET", path) as answer, part.open("wb") as handle:
                for chunk in answer.iter_bytes(CHUNK_BYTES):
                    handle.write(chunk)
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)
        return to.stat().st_size

    def upload(self, path: str, file: IO[bytes]) -> Any:
        return self._send("POST", path, content=iter(lambda: file.read(CHUNK_BYTES), b"")).json()

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **more)
        except httpx.HTTPError as error:
            raise ApiError(f"vision does not answer: {error!r}") from error
        return _checked(answer)

    @contextmanager
    def _stream(self, method: str, path: str) -> Iterator[httpx.Response]:
        try:
            with self._http.stream(method, path) as answer:
                if answer.is_error:
                    answer.read()
                yield _checked(answer)
        except httpx.HTTPError as error:
            raise ApiError(f"vision does not answer: {error!r}") from error


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        try:
            detail = str(answer.json()["detail"])
        except (ValueError, KeyError, TypeError):
            detail = f"{answer.status_code} {answer.text[:200]}"
        raise ApiError(detail, answer.status_code)
    return answer


@contextmanager
def models_api(data: DataDir) -> Iterator[ModelsApi]:
    """Of the stack that runs on this data, else of a process that lives as long as this block. Raises ApiError."""
    url = data.read_state().url_of("vision") if data.is_running() else ""
    if url:
        with ModelsApi(url, data.token()) as api:
            yield api
        return
    token = secrets.token_urlsafe(32)
    with _own_process(data, token) as port, ModelsApi(f"http://127.0.0.1:{port}", token) as api:
        yield api


@contextmanager
def _own_process(data: DataDir, token: str) -> Iterator[int]:
    """The port of a desk that answers for this data folder alone."""
    command = [sys.executable, "-m", "pictopy_vision.manage"]
    environment = desk_environment(data.of_service("vision"), token, os.environ)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, text=True) as process:  # noqa: S603  # our own program
        try:
            yield _port(process)
        finally:
            process.stdin and process.stdin.close()
            _wait(process)


def desk_environment(vision_dir: Path, token: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """As the vision service of a stack on this data would be told, but for what only a stack has."""
    kept = {key: value for key, value in inherited.items() if not key.startswith("PICTOPY_") or key in PASSED_ON}
    return {**SMALL_FOOTPRINT, **kept, **PRIVATE, "VISION_DATA_DIR": str(vision_dir), "PICTOPY_TOKEN": token}


def _port(process: subprocess.Popen[str]) -> int:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise ApiError("the model desk did not start; the lines above say why")
    return int(json.loads(line)["port"])


def _wait(process: subprocess.Popen[str]) -> None:
    """It ends when its input does."""
    try:
        process.wait(END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()


def joined(ids: Sequence[str]) -> str:
    return ",".join(ids)
