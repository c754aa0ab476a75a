"""The wire to one service: JSON both ways, errors as `Unreachable` or `Refused`."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from pictopy_ui.answers import Answer, Nothing
from pictopy_ui.ports import Refused, Unreachable

AnswerT = TypeVar("AnswerT", bound=Answer)
AWAY = frozenset({502, 503, 504})  # of a proxy before a service that is down, or of one that is still starting
Query = Mapping[str, str | int | bool | list[str] | None]


class Line:
    """`http` carries the token; it may be shared by threads."""

    def __init__(self, service: str, base_url: str, http: httpx.Client) -> None:
        self.service = service
        self._base_url = base_url.rstrip("/")
        self._http = http

    def get(self, path: str, answer: type[AnswerT], query: Query | None = None) -> AnswerT:
        return self._parse(self._send("GET", path, query=query), answer)

    def post(self, path: str, body: Mapping[str, Any] | None = None, answer: type[AnswerT] = Nothing) -> AnswerT:  # type: ignore[assignment]  # the default of a type variable needs Python 3.13
        return self._parse(self._send("POST", path, body=body or {}), answer)

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        """Ask for a change of which only the success matters."""
        self._send(method, path, body=body)

    def _send(
        self, method: str, path: str, query: Query | None = None, body: Mapping[str, Any] | None = None
    ) -> object:
        given = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            reply = self._http.request(method, self._base_url + path, params=given, **_json(body))
        except httpx.TransportError as error:
            raise Unreachable(self.service, str(error) or type(error).__name__) from error
        if reply.status_code in AWAY:
            raise Unreachable(self.service, _detail(reply))
        if reply.is_error:
            raise Refused(self.service, _detail(reply), reply.status_code)
        return _decoded(reply)

    def _parse(self, data: object, answer: type[AnswerT]) -> AnswerT:
        try:
            return answer.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "answer"
            raise Refused(self.service, f"its answer could not be read: {where}: {first['msg']}", 200) from error


def part(text: str) -> str:
    """An id as one segment of a path."""
    return quote(text, safe="")


def _json(body: Mapping[str, Any] | None) -> dict[str, Any]:
    """ASCII JSON: file names may hold lone surrogates, which UTF-8 refuses."""
    if body is None:
        return {}
    return {"content": json.dumps(body).encode("ascii"), "headers": {"Content-Type": "application/json"}}


def _decoded(reply: httpx.Response) -> object:
    try:
        return json.loads(reply.content) if reply.content else {}
    except ValueError:
        return {}


def _detail(reply: httpx.Response) -> str:
    """The sentence of a problem+json answer, or the bare status."""
    data = _decoded(reply)
    if isinstance(data, dict):
        detail = data.get("detail") or data.get("title")
        if isinstance(detail, str):
            return detail
    return f"{reply.status_code} {reply.reason_phrase}"
