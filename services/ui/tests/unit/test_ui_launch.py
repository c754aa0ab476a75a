from pathlib import Path

import pytest

from pictopy_contracts.signing import Signer
from pictopy_ui.images import SignedPictures
from pictopy_ui.launch import SCRIPT, command
from pictopy_ui.parts.canvas import asset
from pictopy_ui.settings import Settings


def test_command_serves_the_package_and_tells_nobody() -> None:
    """The pages run headless, at the address asked for, without telemetry and without a file watcher."""
    line = command("127.0.0.1", 8700)
    assert line[1:5] == ["-m", "streamlit", "run", str(SCRIPT)]
    assert SCRIPT.is_file()
    assert {
        "--server.address=127.0.0.1",
        "--server.port=8700",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--browser.gatherUsageStats=false",
    } <= set(line)


def test_streamlit_finds_no_pages_of_its_own() -> None:
    """Beside the script lies no folder that Streamlit would take for pages and show before ours."""
    assert not (SCRIPT.parent / "pages").exists()


def test_token_is_not_on_the_command_line() -> None:
    """Settings travel in the environment: a command line can be read by everybody on the machine."""
    assert not any("token" in word.casefold() for word in command("::1", 1))


def test_settings_come_from_the_shared_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`UI_` names win for the pages' own address; addresses of services are shared."""
    monkeypatch.setenv("PICTOPY_TOKEN", "t")
    monkeypatch.setenv("UI_PORT", "9000")
    monkeypatch.setenv("PICTOPY_INGEST_URL", "http://ingest:8701/")
    settings = Settings()
    assert (settings.port, settings.pictures_url) == (9000, "http://ingest:8701")
    monkeypatch.setenv("PICTOPY_INGEST_PUBLIC_URL", "https://photos.example")
    assert Settings().pictures_url == "https://photos.example"


def test_signed_addresses_hold_until_they_are_renewed() -> None:
    """The same picture has the same address for a while, so that the browser's cache works, and it checks."""
    pictures = SignedPictures(Signer("secret"), "http://ingest/")
    address = pictures.thumbnail("abc")
    assert address.startswith("http://ingest/v1/photos/abc/thumbnail?exp=")
    exp, sig = address.partition("?")[2].removeprefix("exp=").split("&sig=")
    assert Signer("secret").check("/v1/photos/abc/thumbnail", exp, sig)
    assert pictures.preview("abc") != pictures.original("abc")


@pytest.mark.parametrize(
    "name", ["canvas.css", "canvas.js", "story.css", "story.js", "page.css", "logo.svg", "icon.svg"]
)
def test_assets_ship_with_the_package(name: str) -> None:
    """Every style, script and mark is inside the package, and asks for nothing from elsewhere."""
    text = asset(name)
    assert text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert Path(SCRIPT.parent / "static" / name).is_file()
