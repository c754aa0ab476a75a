import re
from html.parser import HTMLParser

import pytest

from pictopy_contracts.geometry import Box
from pictopy_ui import answers as a
from pictopy_ui.domain.tiles import Stretch, Tile
from pictopy_ui.fakes.services import PlainPictures
from pictopy_ui.markup import cards, gallery, notes, people, picture, work
from pictopy_ui.markup import models as models_markup
from pictopy_ui.markup.text import href

EVIL = "\"'><script>alert(1)</script>\n\udc80&amp; 😀"
BOX = Box(x1=0.1, y1=0.1, x2=0.3, y2=0.4)
PICTURES = PlainPictures()


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


def _everything() -> dict[str, str]:
    """Each piece of markup, with hostile text wherever a person or a file can put some."""
    person = a.Person(person_id=EVIL, name=EVIL, cover=a.Cover(photo_id="p", box=BOX))
    face = a.Face(face_id=EVIL, photo_id="p", box=BOX, person_id=EVIL, name=EVIL)
    photo = a.PhotoFacts(photo_id="p", files=(a.File(path=EVIL),), caption=EVIL, camera_make=EVIL, warnings=(EVIL,))
    event = a.Event(event_id=EVIL, title=EVIL, place=EVIL, photo_ids=("p",))
    story = a.Story(story_id=EVIL, title=EVIL, reasons=(EVIL,), slides=(a.Slide(photo_id="p", caption=EVIL),))
    write = a.Write(write_id=1, path=EVIL, status="written", wishes={"people": [EVIL]})
    model = a.Model(id=EVIL, title=EVIL, licence=EVIL, note=EVIL)
    return {
        "gallery": gallery.gallery([Stretch("", EVIL, (Tile("p", "src", EVIL),))], has_more=True),
        "people": people.people([person, person.model_copy(update={"name": None})], PICTURES, {}, [EVIL]),
        "faces": people.faces([face], frozenset(), PICTURES, {}),
        "heading": people.heading(person, PICTURES, {}),
        "stage": picture.stage(photo, "src", "src", [face]),
        "facts": picture.facts(photo, a.Hit(photo_id="p", event_id=EVIL, places=(EVIL,)), EVIL, [face]),
        "tags": picture.tags([EVIL]),
        "events": cards.events([event], PICTURES),
        "stories": cards.stories([story], PICTURES) + cards.why(story) + cards.strip(story, PICTURES),
        "failures": work.failures([a.Failure(path=EVIL, reason=EVIL, stage=EVIL)]),
        "writes": work.writes([write]) + work.failed_wishes([a.FailedWish(reason=EVIL)]),
        "models": models_markup.models([model], {}) + models_markup.tasks({EVIL: a.Task(why=EVIL)}, {}),
        "notes": notes.empty("x", EVIL, EVIL) + notes.trouble(EVIL, EVIL, EVIL) + notes.chips([(EVIL, EVIL)]),
        "filters": notes.removable([(EVIL, EVIL, EVIL)]),
    }


@pytest.mark.parametrize("name", list(_everything()))
def test_no_text_becomes_markup(name: str) -> None:
    """Names, captions, paths and reasons are text wherever they stand, and can be sent as UTF-8."""
    made = _everything()[name]
    parser = _Tags()
    parser.feed(made)
    assert "script" not in parser.tags
    assert not any(re.search(r"[\"'<>&]|alert", attribute) for attribute in parser.attributes)
    assert "alert" in made
    assert made.encode()


@pytest.mark.parametrize("name", ["gallery", "people", "faces", "stories"])
def test_pictures_wait_until_they_are_in_sight_and_say_what_they_show(name: str) -> None:
    """Each picture of a list is lazy and has an alternative text."""
    images = re.findall(r"<img[^>]*>", _everything()[name])
    assert images
    assert all('loading="lazy"' in image and "alt=" in image for image in images)


def test_frames_lie_over_their_faces() -> None:
    """A face box becomes percentages of the picture."""
    photo = a.PhotoFacts(photo_id="p", width_px=300, height_px=200)
    made = picture.stage(photo, "src", "src", [a.Face(face_id="f", box=BOX, name="Anna", person_id="1")])
    assert "left:10.00%;top:10.00%;width:20.00%;height:30.00%" in made
    assert "--ratio:1.5000" in made


def test_small_faces_come_from_previews() -> None:
    """A face that fills little of a photo is cut from the preview, a close-up from the lighter thumbnail."""
    close = Box(x1=0.2, y1=0.2, x2=0.8, y2=0.9)
    assert "/preview" in people.portrait("p", BOX, PICTURES, {"p": 1.5}, "")
    assert "/thumbnail" in people.portrait("p", close, PICTURES, {"p": 1.0}, "")


def test_addresses_are_relative_and_quoted() -> None:
    """Links work under any base path and carry any text."""
    assert href("photo", id="a&b/ü", at="") == "photo?id=a%26b%2F%C3%BC"


def test_shares_of_stages_are_for_all_to_read() -> None:
    """Progress bars tell their numbers to screen readers too."""
    made = work.progress(a.Activity(stages={"vision": a.StageProgress(wanted=10, done=7, failed=1, waiting=2)}))
    assert 'aria-valuenow="7"' in made
    assert "1 failed" in made


def test_running_pulls_show_how_far_they_are() -> None:
    """A model on its way has a bar instead of a button; a failed one says why."""
    model = a.Model(id="m", title="M")
    running = models_markup.models([model], {"m": a.Pull(id="m", status="pulling", done_bytes=5, total_bytes=10)})
    assert "width:50.00%" in running
    assert "data-act" not in running
    failed = models_markup.models([model], {"m": a.Pull(id="m", status="failed", reason="no space")})
    assert "no space" in failed
    assert 'data-act="pull"' in failed


def test_a_sidecar_says_why_it_is_one() -> None:
    """The reason of a write that succeeded explains its target; of one that failed it stands by itself."""
    write = a.Write(write_id=1, path="x.jpg", target="sidecar", status="written", reason="the file is read-only")
    assert "in a sidecar, because the file is read-only" in work.writes([write])
    assert "<div>disk full</div>" in work.writes([write.model_copy(update={"status": "failed", "reason": "disk full"})])
