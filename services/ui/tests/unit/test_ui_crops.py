import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictopy_contracts.geometry import Box
from pictopy_ui.domain.crops import face_crop, guessed_ratio

fractions = st.floats(0, 0.95)


@given(fractions, fractions, st.floats(0.02, 1), st.floats(0.02, 1), st.floats(0.3, 3.4) | st.none())
def test_window_stays_inside_the_picture(x: float, y: float, width: float, height: float, ratio: float | None) -> None:
    """No edge of the picture is ever seen inside the window."""
    box = Box(x1=x, y1=y, x2=min(1, x + width), y2=min(1, y + height))
    crop = face_crop(box, ratio)
    tall = crop.width / (ratio or guessed_ratio(box))
    assert crop.left >= 0
    assert crop.top >= 0
    assert crop.width - crop.left >= 100 - 1e-6
    assert tall - crop.top >= 100 - 1e-6


def test_face_is_in_the_middle() -> None:
    """A face away from the edges lies in the middle of its window."""
    crop = face_crop(Box(x1=0.4, y1=0.4, x2=0.5, y2=0.6), 2.0)
    assert 0.45 * crop.width - crop.left == pytest.approx(50)
    assert 0.5 * crop.width / 2.0 - crop.top == pytest.approx(50)


def test_ratio_is_guessed_from_the_face() -> None:
    """A face box that is as wide as high in fractions tells a portrait picture."""
    assert guessed_ratio(Box(x1=0.2, y1=0.2, x2=0.4, y2=0.4)) == pytest.approx(0.8)


def test_css_moves_the_picture_left_and_up() -> None:
    """The style pushes the picture by negative offsets."""
    assert face_crop(Box(x1=0.5, y1=0.5, x2=0.7, y2=0.7), 1.0).css.startswith("width:294.12%;left:-126")
