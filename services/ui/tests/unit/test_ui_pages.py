"""Every page, with every service up, each one down, all down, and nothing there yet."""

import pytest

from pictopy_ui.fakes import House
from pictopy_ui.fakes.opening import drawn, open_page
from pictopy_ui.fakes.services import SERVICES

PAGES: dict[str, dict[str, str]] = {
    "library": {},
    "search": {"q": "anna"},
    "memories": {"day": "2026-06-14"},
    "people": {},
    "events": {},
    "albums": {},
    "activity": {},
    "models": {},
    "folders": {},
    "photo": {"id": f"{0:032x}"},
    "person": {"id": "p0"},
    "event": {"id": "e1"},
    "story": {"id": "s0"},
}


@pytest.mark.parametrize("page", PAGES)
def test_page_opens(page: str) -> None:
    """With a furnished house each page is drawn without an error."""
    test = open_page(House.furnished(), page, **PAGES[page])
    assert not test.exception
    assert not test.error
    assert "not reachable" not in drawn(test)


@pytest.mark.parametrize("page", PAGES)
def test_page_opens_in_an_empty_house(page: str) -> None:
    """Before the first photo each page explains itself instead of failing."""
    test = open_page(House(), page, **PAGES[page])
    assert not test.exception


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("page", PAGES)
def test_page_bears_the_loss_of_one_service(page: str, service: str) -> None:
    """No page fails because one service is away."""
    house = House.furnished()
    house.down.add(service)
    assert not open_page(house, page, **PAGES[page]).exception


@pytest.mark.parametrize("page", PAGES)
def test_page_bears_the_loss_of_all_services(page: str) -> None:
    """With everything away a page still opens and names who is not reachable."""
    house = House.furnished()
    house.down |= set(SERVICES)
    test = open_page(house, page, **PAGES[page])
    assert not test.exception
    assert "is not reachable" in drawn(test)


def test_library_is_shown_plainly_without_search() -> None:
    """While search is away the photos come from ingest, without timeline and filters."""
    house = House.furnished()
    house.down.add("search")
    shown = drawn(open_page(house, "library"))
    assert "Search is not reachable" in shown
    assert shown.count("/thumbnail") == len(house.photos)


def test_event_shows_its_own_photos_without_search() -> None:
    """An event knows its photos by itself."""
    house = House.furnished()
    house.down.add("search")
    assert drawn(open_page(house, "event", id="e1")).count("/thumbnail") == len(house.events["e1"].photo_ids)


def test_first_visit_offers_to_add_a_folder() -> None:
    """Without a library the first page leads to where one is added."""
    assert "Add a folder" in drawn(open_page(House(), "library"))


def test_people_without_models_lead_to_models() -> None:
    """Nobody found because nothing can find: the page says so and where to get it."""
    house = House.furnished().without_models()
    house.people.clear()
    house.faces.clear()
    assert "Get the models" in drawn(open_page(house, "people"))


def test_photo_that_does_not_exist_is_explained() -> None:
    """A link to a removed photo opens a page that says so."""
    test = open_page(House.furnished(), "photo", id="gone")
    assert not test.exception
    assert "cannot be shown" in drawn(test)


def test_filters_of_a_link_are_applied() -> None:
    """A linked view shows what it was linked with."""
    test = open_page(House.furnished(), "library", tag="beach", person="p0")
    shown = drawn(test)
    assert "Remove filter beach" in shown
    assert "Remove filter Anna" in shown
