"""Every page, with every service up, each one down, all down, and nothing there yet."""

import pytest
from streamlit.testing.v1 import AppTest

from pictopy_ui.fakes import House
from pictopy_ui.fakes.services import SERVICES

PAGES = {
    "library": {},
    "search": {"q": "anna"},
    "memories": {"day": "2026-06-14"},
    "people": {},
    "events": {},
    "activity": {},
    "models": {},
    "folders": {},
    "photo": {"id": f"{0:032x}"},
    "person": {"id": "p0"},
    "event": {"id": "e1"},
    "story": {"id": "s0"},
}


def _script(house: object, first: str) -> None:
    from typing import cast  # noqa: PLC0415  # AppTest runs the body alone

    from pictopy_ui.fakes import House, deps_of  # noqa: PLC0415
    from pictopy_ui.shell import show  # noqa: PLC0415

    show(deps_of(cast(House, house)), first)


def open_page(house: House, page: str, **query: str) -> AppTest:
    """The page as a person first sees it."""
    test = AppTest.from_function(_script, args=(house, page), default_timeout=20)
    for name, value in (query or PAGES[page]).items():
        test.query_params[name] = value
    return test.run()


def shapes(test: AppTest) -> str:
    """All HTML that the page drew by itself."""
    return " ".join(str(element.proto) for element in test.get("bidi_component"))


@pytest.mark.parametrize("page", PAGES)
def test_page_opens(page: str) -> None:
    """With a furnished house each page is drawn without an error."""
    test = open_page(House.furnished(), page)
    assert not test.exception
    assert not test.error
    assert "not reachable" not in shapes(test)


@pytest.mark.parametrize("page", PAGES)
def test_page_opens_in_an_empty_house(page: str) -> None:
    """Before the first photo each page explains itself instead of failing."""
    test = open_page(House(), page)
    assert not test.exception


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("page", PAGES)
def test_page_bears_the_loss_of_one_service(page: str, service: str) -> None:
    """No page fails because one service is away."""
    house = House.furnished()
    house.down.add(service)
    assert not open_page(house, page).exception


@pytest.mark.parametrize("page", PAGES)
def test_page_bears_the_loss_of_all_services(page: str) -> None:
    """With everything away a page still opens and names who is not reachable."""
    house = House.furnished()
    house.down |= set(SERVICES)
    test = open_page(house, page)
    assert not test.exception
    assert "is not reachable" in shapes(test)


def test_first_visit_offers_to_add_a_folder() -> None:
    """Without a library the first page leads to where one is added."""
    assert "Add a folder" in shapes(open_page(House(), "library"))


def test_people_without_models_lead_to_models() -> None:
    """Nobody found because nothing can find: the page says so and where to get it."""
    house = House.furnished().without_models()
    house.people.clear()
    house.faces.clear()
    assert "Get the models" in shapes(open_page(house, "people"))


def test_photo_that_does_not_exist_is_explained() -> None:
    """A link to a removed photo opens a page that says so."""
    test = open_page(House.furnished(), "photo", id="gone")
    assert not test.exception
    assert "cannot be shown" in shapes(test)


def test_filters_of_a_link_are_applied() -> None:
    """A linked view shows what it was linked with."""
    test = open_page(House.furnished(), "library", tag="beach", person="p0")
    drawn = shapes(test)
    assert "Remove filter beach" in drawn
    assert "Remove filter Anna" in drawn
