"""What a person does on the pages, down to what the services are asked."""

import pytest
from streamlit.testing.v1 import AppTest

from pictopy_ui.fakes import House
from pictopy_ui.fakes.opening import open_page

FIRST = f"{0:032x}"


def button(test: AppTest, label: str) -> AppTest:
    """Press it."""
    found = next(one for one in test.button if one.label == label)
    return found.click().run()


@pytest.fixture
def house() -> House:
    return House.furnished()


def test_favourite_is_one_click(house: House) -> None:
    """The heart goes on and off."""
    test = button(open_page(house, "photo", id=FIRST), "Favourite")
    assert house.photos[FIRST].favourite
    button(test, "Favourite")
    assert not house.photos[FIRST].favourite


def test_caption_is_kept_and_an_empty_one_means_none(house: House) -> None:
    """What is typed is sent as it stands; an emptied box says there is none."""
    test = open_page(house, "photo", id=FIRST)
    test.text_area[0].set_value("At “sea” *now*").run()
    assert house.photos[FIRST].caption == "At “sea” *now*"
    test.text_area[0].set_value("").run()
    assert house.photos[FIRST].caption is None


def test_photo_is_hidden(house: House) -> None:
    """The switch hides the photo."""
    test = open_page(house, "photo", id=FIRST)
    test.toggle[0].set_value(True).run()
    assert house.photos[FIRST].hidden


def test_refused_edit_is_told_and_not_shown(house: House) -> None:
    """A change that did not arrive is named, and the page shows what is true."""
    test = open_page(house, "photo", id=FIRST)
    house.down.add("ingest")
    test.text_input[0].set_value("A title").run()
    assert not test.exception
    assert house.photos[FIRST].title is None


def test_person_is_named_and_the_name_taken_back(house: House) -> None:
    """A name is a decision; undo is beside it."""
    test = open_page(house, "person", id="p3")
    test.text_input[0].set_value("  Dora  Berg ").run()
    assert house.people["p3"].name == "Dora Berg"
    button(test, "Undo")
    assert house.people["p3"].name is None


def test_person_is_hidden_and_shown(house: House) -> None:
    """Hiding asks for a decision and offers the way back."""
    test = button(open_page(house, "person", id="p1"), "Hide")
    assert house.people["p1"].hidden
    button(test, "Show again")
    assert not house.people["p1"].hidden


def test_faces_are_taken_from_a_person(house: House) -> None:
    """Picked faces leave the person in one decision."""
    faces = [face.face_id for face in house.faces.values() if face.person_id == "p0"][:2]
    test = open_page(house, "person", id="p0")
    test.session_state["pictopy.picked"] = {"p0": frozenset(faces)}
    button(test.run(), "Not Anna")
    assert house.asked[-1] == ("decide", "not_same", {"person_id": "p0", "face_ids": sorted(faces)})


def test_picked_faces_go_to_a_known_name(house: House) -> None:
    """Choosing somebody who has that name gives the faces to that person."""
    face = next(face.face_id for face in house.faces.values() if face.person_id == "p0")
    test = open_page(house, "person", id="p0")
    test.session_state["pictopy.picked"] = {"p0": frozenset({face})}
    test.run()
    box = next(one for one in test.selectbox if one.label == "Somebody else")
    box.set_value("Björn").run()
    assert house.asked[-1] == ("decide", "assign", {"person_id": "p1", "face_ids": [face]})


def test_typing_a_known_name_joins(house: House) -> None:
    """On a person's page too, the name of somebody else means that both are one."""
    test = open_page(house, "person", id="p3")
    test.text_input[0].set_value("anna").run()
    assert house.asked[-1] == ("decide", "same", {"person_id": "p0", "other_person_id": "p3"})
    assert not test.exception


def test_event_goes_back_to_its_own_title(house: House) -> None:
    """An emptied title asks for the automatic one."""
    test = open_page(house, "event", id="e1")
    test.text_input[0].set_value("")
    button(test, "Save")
    assert house.events["e1"].title == ""


def test_joining_keeps_the_one_with_a_name(house: House) -> None:
    """Whoever has no name becomes part of the one who has."""
    test = open_page(house, "person", id="p3")
    next(one for one in test.selectbox if one.label == "Who is the same person?").set_value("p0").run()
    button(test, "Join them")
    assert house.asked[-1] == ("decide", "same", {"person_id": "p0", "other_person_id": "p3"})


def test_search_words_go_into_the_address(house: House) -> None:
    """A search can be linked."""
    test = open_page(house, "search")
    test.text_input[0].set_value("anna beach").run()
    assert test.query_params["q"] in ("anna beach", ["anna beach"])


def test_filters_go_into_the_address(house: House) -> None:
    """A choice in the filter box becomes part of the link."""
    test = open_page(house, "library")
    next(one for one in test.selectbox if one.label == "Tag").set_value("beach").run()
    assert test.query_params["tag"] in ("beach", ["beach"])


def test_folder_is_added_and_a_bad_path_explained(house: House) -> None:
    """A path is sent as typed; the service's own words come back when it refuses."""
    test = open_page(house, "folders")
    test.text_input[0].set_value("relative")
    button(test, "Add")
    assert "whole path" in test.error[0].value
    test.text_input[0].set_value("/photos/more")
    button(test, "Add")
    assert [library.root for library in house.libraries] == ["/photos/family", "/photos/more"]


def test_folder_is_scanned_and_removed(house: House) -> None:
    """Scan now asks for a scan; removing needs a second click."""
    test = button(open_page(house, "folders"), "Scan now")
    assert house.asked == [("scan", "l1")]
    button(test, "Remove it from PictoPy")
    assert house.libraries == []


def test_policy_of_writing_is_set(house: House) -> None:
    """What may be written is chosen in Folders."""
    test = open_page(house, "folders")
    test.radio[0].set_value("sidecar").run()
    assert (house.policy.policy, house.policy.paused) == ("sidecar", False)
    next(one for one in test.toggle if one.label == "Pause writing").set_value(True).run()
    assert (house.policy.policy, house.policy.paused) == ("sidecar", True)
    next(one for one in test.selectbox if one.label == "Caption").set_value("off").run()
    assert house.policy.concepts["caption"] == "off"
    assert house.policy.concepts["people"] == "on"


def test_all_failures_are_retried(house: House) -> None:
    """One click tries everything that is listed again."""
    button(open_page(house, "activity"), "Retry all of these")
    assert house.asked == [("retry", "2019/broken «x».jpg"), ("retry", "vision:VISION:7")]


def test_starter_models_are_fetched(house: House) -> None:
    """The starter set is one click while any of it is missing."""
    button(open_page(house, "models"), "Get the starter models")
    assert all(model.installed for model in house.models)


def test_event_is_renamed(house: House) -> None:
    """A new title is a person's own."""
    test = open_page(house, "event", id="e1")
    test.text_input[0].set_value("Nonna's 80th")
    button(test, "Save")
    assert house.events["e1"].title == "Nonna's 80th"


def test_story_is_seen_once_and_judged(house: House) -> None:
    """Opening marks a story as seen; a verdict goes to the service."""
    test = open_page(house, "story", id="s0")
    assert house.stories["s0"].seen
    button(test, "Less like this")
    assert house.asked == [("feedback", "s0", "less")]


def test_album_is_made_and_filled(house: House) -> None:
    """Naming an album on a photo's page makes it; taking the name away takes the photo out."""
    test = open_page(house, "photo", id=FIRST)
    albums = next(one for one in test.multiselect if one.label == "Albums")
    albums.set_value(["Best of"]).run()
    assert house.photos[FIRST].albums == ("Best of",)
    next(one for one in test.multiselect if one.label == "Albums").set_value([]).run()
    assert house.photos[FIRST].albums == ()


def test_time_and_place_are_corrected(house: House) -> None:
    """Only what was changed is sent."""
    test = open_page(house, "photo", id=FIRST)
    next(one for one in test.text_input if one.label == "City").set_value("Arezzo")
    button(test, "Save")
    assert house.photos[FIRST].city == "Arezzo"
    assert house.photos[FIRST].country is None


def test_everything_written_is_taken_back_in_two_clicks(house: House) -> None:
    """The ledger can be undone as a whole."""
    button(open_page(house, "activity"), "Take it all back")
    assert {write.status for write in house.writes} == {"undone"}


def test_task_is_switched_off(house: House) -> None:
    """A task goes off while its model stays."""
    test = open_page(house, "models")
    test.button_group[0].set_value(["face_embedding"]).run()
    assert ("switch", "faces", False) in house.asked
