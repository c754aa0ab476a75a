"""The gate: what may never be in a story, decided before anything is scored."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pictopy_memories.domain.library import Library, Out
from pictopy_memories.domain.looks import beside

REST_DAYS = 30
"""A photo rests so long after it was shown (study/algorithms.md 3.6)."""

SHARPNESS_MIN = 0.03
"""0..1 as vision measures it. Of 270 real photos 1 % lie below it, of the same photos blurred by 1/150 of their
length 93 %; the merely weak are left to the ranking."""
EXPOSURE_MIN = 0.02
"""0..1 as vision measures it: all black, all white, or a quarter of the frame clipped."""

PAPER = ("document", "receipt", "menu", "envelope", "business card", "id card", "book jacket", "comic book")
SCREENS = ("screenshot", "text", "whiteboard", "meme", "barcode", "qr code", "website", "web site", "crossword puzzle")
DOCUMENT_LABELS = frozenset({*PAPER, *SCREENS})
"""Labels of ImageNet and of common taggers for paper and screens."""


WHY_OUT = {
    Out.HIDDEN: "hidden by you",
    Out.HIDDEN_PERSON: "shows a person you hid",
    Out.REJECTED: "rated as rejected",
    Out.SCREENSHOT: "a screenshot",
    Out.DOCUMENT: "a document, a receipt or the like",
    Out.RESTING: f"in another story within {REST_DAYS} days, itself or a shot beside it",
    Out.BLURRED: "blurred",
    Out.BADLY_EXPOSED: "too dark or too bright",
}


def gated(library: Library) -> Library:
    """The library with `out` filled in."""
    columns = library.columns
    loved = columns.favourite | (columns.rating >= 4)
    out = np.zeros(len(library), dtype=np.uint8)
    for reason, holds in reversed(
        (
            (Out.HIDDEN, columns.hidden),
            (Out.HIDDEN_PERSON, with_hidden_person(library)),
            (Out.REJECTED, columns.rating < 0),
            (Out.SCREENSHOT, columns.is_screenshot),
            (Out.DOCUMENT, columns.is_document),
            (Out.RESTING, beside(columns, columns.shown_days < REST_DAYS)),
            (Out.BLURRED, (columns.sharpness < SHARPNESS_MIN) & ~loved),
            (Out.BADLY_EXPOSED, (columns.exposure < EXPOSURE_MIN) & ~loved),
        )
    ):
        out[holds] = reason
    return replace(library, out=out)


def with_hidden_person(library: Library) -> NDArray[np.bool_]:
    """(n,) any face that was given to a hidden person, however unsure: care goes before completeness."""
    hidden = np.array([person.hidden for person in library.persons], dtype=np.bool_)
    found = np.zeros(len(library), dtype=np.bool_)
    if len(library.person_of):
        found[library.person_rows[hidden[library.person_of]]] = True
    return found
