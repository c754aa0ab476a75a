"""The pages in a real browser, against the fake services over HTTP: what no simulated run can show."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from pictopy_ui.fakes import House
from pictopy_ui.fakes.server import make_app
from pictopy_ui.fakes.services import SERVICES
from pictopy_ui.fakes.serving import serving
from pictopy_ui.launch import command

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
)
PATIENCE_S = 40
# Elements of the pages stand in shadow trees; `all` finds them wherever they are.
FIND = """
const all = (wanted) => { const found = []; const walk = (root) => {
  found.push(...root.querySelectorAll(wanted));
  root.querySelectorAll('*').forEach((one) => one.shadowRoot && walk(one.shadowRoot));
}; walk(document); return found; };
"""

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver (apt install chromium-driver)"
    ),
]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def process(line: list[str], ready: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that answers at `ready`, and is asked to end afterwards."""
    running = subprocess.Popen(line, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        _await_answer(ready)
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(20)


def _await_answer(url: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(url)


class Browser:
    """The little of WebDriver that is needed."""

    def __init__(self, driver: str, profile: Path) -> None:
        self._http = httpx.Client(base_url=driver, timeout=90, trust_env=False)
        chrome = {"binary": CHROMIUM, "args": [*FLAGS, f"--user-data-dir={profile}"]}
        wanted = {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": chrome}}}
        self._session = f"/session/{self._http.post('/session', json=wanted).json()['value']['sessionId']}"

    def close(self) -> None:
        self._http.delete(self._session)
        self._http.close()

    def open(self, url: str) -> None:
        self._http.post(self._session + "/url", json={"url": url})

    def back(self) -> None:
        self._http.post(self._session + "/back", json={})

    def run(self, script: str, *values: object) -> Any:
        body = {"script": FIND + script, "args": list(values)}
        return self._http.post(self._session + "/execute/sync", json=body).json()["value"]

    def wait(self, expression: str) -> Any:
        """Until the expression is true in the page."""
        until = time.monotonic() + PATIENCE_S
        value: Any = None
        while time.monotonic() < until:
            value = self.run(f"return {expression}")
            if value and not (isinstance(value, dict) and "error" in value):
                return value
            time.sleep(0.1)
        raise AssertionError(
            f"never true: {expression} (last: {value}), page: {self.run('return document.body.innerText')}"
        )

    def keys(self, text: str) -> None:
        """Type where the focus is."""
        strokes = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        actions = {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]}
        self._http.post(self._session + "/actions", json=actions)


@pytest.fixture(scope="module")
def house() -> House:
    return House.furnished(150, datetime.now())  # noqa: DTZ005  # local, as photos are


@pytest.fixture(scope="module")
def pages(house: House) -> Iterator[str]:
    """The address of real pages in front of the fake services."""
    port = free_port()
    with serving(make_app(house, "secret")) as base_url:
        urls = {f"PICTOPY_{service.upper()}_URL": f"{base_url}/{service}" for service in SERVICES}
        url = f"http://127.0.0.1:{port}"
        with process(command("127.0.0.1", port), f"{url}/_stcore/health", PICTOPY_TOKEN="secret", **urls):
            yield url


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with process([str(DRIVER), f"--port={port}"], f"{url}/status"):
        opened = Browser(url, tmp_path_factory.mktemp("chromium"))
        yield opened
        opened.close()


LOADED = "all('.tile img').length > 40 && all('.tile img')[0].complete && all('.tile img')[0].naturalWidth > 100"


def test_pictures_arrive_by_signed_address(browser: Browser, pages: str) -> None:
    """The browser fetches thumbnails by itself, and a page further down on the way there."""
    browser.open(pages)
    browser.wait(LOADED)
    before = browser.run("return all('.tile').length")
    browser.run("all('.more')[0].scrollIntoView()")
    browser.wait(f"all('.tile').length > {before}")


def test_photo_opens_in_place_and_back_returns(browser: Browser, pages: str) -> None:
    """A click opens a photo without loading the app anew; arrows step on; Back returns to the grid."""
    browser.open(pages)
    browser.wait(LOADED)
    browser.run("window.same = true; all('.tile')[2].click()")
    browser.wait("location.pathname == '/photo' && all('.stage img')[0]?.naturalWidth > 500")
    first = browser.run("return location.search")
    browser.wait(
        "[...document.querySelectorAll('button')].some((one) => one.innerText.includes('Next') && !one.disabled)"
    )
    browser.run("document.body.focus()")
    browser.keys("\ue014")
    browser.wait(f"location.search != '{first}'")
    browser.back()
    browser.wait(f"location.search == '{first}'")
    browser.back()
    browser.wait("location.pathname == '/' && all('.tile').length > 40")
    assert browser.run("return window.same")


def test_month_is_jumped_to_and_linked(browser: Browser, pages: str) -> None:
    """A bar of the timeline starts the grid there, and the address tells so."""
    browser.open(pages)
    browser.wait(LOADED)
    browser.run("all('.bar')[3].click()")
    key = browser.wait("new URLSearchParams(location.search).get('at')")
    browser.wait("all('.bar[aria-current]').length == 1")
    month = f"{datetime.fromisoformat(key + '-01'):%B %Y}"
    browser.wait(f"all('.tile')[0]?.getAttribute('aria-label').endsWith('{month}')")


def test_name_typed_under_a_face_is_a_decision(browser: Browser, pages: str, house: House) -> None:
    """Typing a name and Enter names the person; the card moves to the named and undo is offered."""
    browser.open(f"{pages}/people")
    browser.wait("all('.person input').length == 3 && all('.portrait img').every((one) => one.naturalWidth > 100)")
    person_id = browser.run("all('.person input')[0].focus(); return all('.person form')[0].dataset.id")
    browser.keys("Dörte <b>\n")
    browser.wait("all('.person input').length == 2 && all('.name').some((one) => one.innerText == 'Dörte <b>')")
    assert house.people[person_id].name == "Dörte <b>"
    assert browser.run("return all('.person').every((one) => one.children.length == 3)"), "a card lost a part"
    browser.wait("[...document.querySelectorAll('button')].some((one) => one.innerText.includes('Undo'))")
    browser.run("[...document.querySelectorAll('button')].find((one) => one.innerText.includes('Undo')).click()")
    browser.wait("all('.person input').length == 3")


def test_faces_are_picked_by_keyboard(browser: Browser, pages: str) -> None:
    """A face is a button that says whether it is picked, and stays so."""
    browser.open(f"{pages}/person?id=p0")
    browser.wait("all('.pick').length > 5")
    browser.run("all('.pick')[1].focus()")
    browser.keys(" ")
    browser.wait("all('.pick')[1].getAttribute('aria-pressed') == 'true'")
    browser.wait("document.body.innerText.includes('1 face picked')")


def test_story_is_told_by_keyboard(browser: Browser, pages: str) -> None:
    """Right goes on, space pauses, Escape closes; slides come by themselves."""
    browser.open(f"{pages}/story?id=s0")
    browser.wait("all('.slide.is-on .photo')[0]?.naturalWidth > 500")
    browser.run("all('.viewer')[0].focus()")
    browser.keys("\ue014\ue014 ")
    browser.wait("all('.caption')[0].innerText.startsWith('Day 3') && all('.head button')[0].ariaLabel == 'Play'")
    browser.keys("\ue00c")
    browser.wait("location.pathname == '/memories'")


def test_nothing_is_fetched_from_elsewhere(browser: Browser, pages: str) -> None:
    """No page asks a third party for anything: fonts, scripts, telemetry."""
    hosts: set[str] = set()
    for page in ("", "people", "events", "activity"):
        browser.open(f"{pages}/{page}")
        browser.wait("all('.canvas').some((one) => one.children.length)")
        asked = browser.run("return performance.getEntriesByType('resource').map((one) => new URL(one.name).hostname)")
        hosts |= set(asked)
    assert hosts <= {"127.0.0.1", ""}
