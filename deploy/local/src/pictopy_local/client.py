"""The services' HTTP, as the launcher uses it."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

import httpx

TIMEOUT_S = 10.0
PAGE_SIZE = 500


class ApiError(Exception):
    """A service did not answer, or refused; the message is for people."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """`urls`: service to base address; looked at anew for each call."""

    def __init__(self, urls: Mapping[str, str], token: str) -> None:
        self.urls = urls
        self._http = httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, service: str, path: str, **params: str | int | bool) -> Any:
        """Raises: ApiError."""
        return self._call("GET", service, path, params=params)

    def post(
        self, service: str, path: str, body: Mapping[str, Any] | None = None, timeout_s: float | None = TIMEOUT_S
    ) -> Any:
        """Raises: ApiError."""
        return self._call("POST", service, path, json=body, timeout=timeout_s)

    def put(self, service: str, path: str, body: Mapping[str, Any]) -> Any:
        """Raises: ApiError."""
        return self._call("PUT", service, path, json=body)

    def items(self, service: str, path: str, **params: str | int | bool) -> Iterator[dict[str, Any]]:
        """All items of a list, page after page. Raises: ApiError."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(service, path, limit=PAGE_SIZE, **params, **cursor)
            yield from page["items"]
            if not page.get("next"):
                return
            cursor = {"cursor": page["next"]}

    def status(self, service: str) -> dict[str, Any] | None:
        """What the service says of itself; None while it does not answer."""
        try:
            return dict(self.get(service, "/status"))
        except ApiError:
            return None

    def is_ready(self, service: str) -> bool:
        """Whether it is the service of this very stack, and well: its token is ours."""
        if service != "ui":
            return (self.status(service) or {}).get("ready") is True
        try:
            return self._http.get(self.urls["ui"] + "/_stcore/health").is_success
        except httpx.HTTPError:
            return False

    def _call(self, method: str, service: str, path: str, **more: Any) -> Any:
        try:
            answer = self._http.request(method, self.urls[service] + path, **more)
        except httpx.HTTPError as error:
            raise ApiError(f"{service} does not answer: {error!r}") from error
        if answer.is_error:
            raise ApiError(f"{service} {path}: {answer.status_code} {_detail(answer)}", answer.status_code)
        return answer.json() if answer.content else None


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]
