import json
from collections.abc import Callable

import httpx
import pytest

from pictopy_ui.answers import Failure, Library, Listing, Write
from pictopy_ui.client import ClusterClient, IngestClient, Line, WatchClient
from pictopy_ui.ports import Refused, Unreachable


def _line(answer: Callable[[httpx.Request], httpx.Response]) -> Line:
    return Line("ingest", "http://ingest.invalid/", httpx.Client(transport=httpx.MockTransport(answer)))


def test_a_dead_service_is_unreachable() -> None:
    """A refused connection or a timeout tells which service is away."""

    def dead(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("too late", request=request)

    with pytest.raises(Unreachable, match="ingest: too late"):
        IngestClient(_line(dead)).libraries()


def test_a_refusal_keeps_the_sentence_of_the_service() -> None:
    """The detail of problem+json reaches the page."""
    line = _line(lambda _: httpx.Response(422, json={"detail": "No such folder"}))
    with pytest.raises(Refused, match="No such folder") as refused:
        IngestClient(line).add_library("/nowhere")
    assert refused.value.status == 422


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_before_a_dead_service_is_no_answer(status: int) -> None:
    """An error page of a proxy counts as unreachable, and HTML in place of JSON is no crash."""
    line = _line(lambda _: httpx.Response(status, text="<html>"))
    with pytest.raises(Unreachable, match=str(status)):
        IngestClient(line).libraries()


def test_an_unreadable_answer_is_a_refusal() -> None:
    """An answer without what a page needs says what was missing."""
    line = _line(lambda _: httpx.Response(200, json={"items": [{"name": "x"}]}))
    with pytest.raises(Refused, match="library_id"):
        IngestClient(line).libraries()


def test_unknown_fields_are_ignored() -> None:
    """A newer service may say more."""
    line = _line(lambda _: httpx.Response(200, json={"items": [{"library_id": "l", "moods": 3}], "sum": 1}))
    assert IngestClient(line).libraries() == (Library(library_id="l"),)


def test_counting_cursors_are_text() -> None:
    """A service may count its pages with numbers."""
    assert Listing[Write].model_validate({"items": [], "next": 7}).next == "7"


def test_strange_paths_are_sent_back_as_they_came() -> None:
    """A file name that is no UTF-8 goes back to the service unchanged, in ASCII JSON."""
    sent: list[bytes] = []

    def keep(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return httpx.Response(200, json={"count": 1})

    path = 'a"\n\uf780\udc80😀.jpg'
    IngestClient(_line(keep)).retry(Failure(path=path, library_id="l", stage="preview"))
    assert sent[0].isascii()
    assert json.loads(sent[0]) == {"stage": "preview", "path": path}


def test_absent_values_are_not_sent() -> None:
    """Services refuse fields that say nothing."""
    seen: list[httpx.URL] = []

    def keep(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return httpx.Response(200, json={"items": []})

    ClusterClient(_line(keep)).people(named=False)
    assert dict(seen[0].params) == {"named": "false", "include_hidden": "false", "limit": "60"}


def test_ids_cannot_leave_their_segment() -> None:
    """An id out of an address line cannot reach another route."""
    seen: list[bytes] = []

    def keep(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(404, json={"detail": "none"})

    with pytest.raises(Refused):
        IngestClient(_line(keep)).photo("../libraries?x=1")
    assert seen == [b"/v1/photos/..%2Flibraries%3Fx%3D1"]


def test_health_never_raises() -> None:
    """A service that is away is told as such beside those that answer."""

    def status(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    found = WatchClient([_line(status), _line(lambda _: httpx.Response(200, json={"ready": True}))]).health()
    assert [(health.reachable, health.ready) for health in found] == [(False, False), (True, True)]
