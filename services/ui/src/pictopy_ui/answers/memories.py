"""Stories."""

from pictopy_ui.answers.base import Answer, Texts


class LeftOut(Answer):
    reason: str = ""
    count: int = 0


class Slide(Answer):
    photo_id: str
    caption: str | None = None
    reasons: Texts = ()


class Story(Answer):
    story_id: str
    day: str = ""
    kind: str = ""
    title: str = ""
    subtitle: str | None = None
    reasons: Texts = ()
    left_out: tuple[LeftOut, ...] = ()
    cover_photo_id: str | None = None
    slides: tuple[Slide, ...] = ()
    seen: bool = False

    @property
    def cover(self) -> str | None:
        return self.cover_photo_id or next((slide.photo_id for slide in self.slides), None)
