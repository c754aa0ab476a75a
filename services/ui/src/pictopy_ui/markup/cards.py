"""Cards of events and of memories."""

from collections.abc import Mapping, Sequence

from pictopy_ui.answers import Album, Event, Story
from pictopy_ui.domain.words import plural, span_text
from pictopy_ui.markup.text import esc, image, link
from pictopy_ui.ports import Pictures


def events(found: Sequence[Event], pictures: Pictures) -> str:
    return f'<div class="cards">{"".join(_event(event, pictures) for event in found)}</div>'


def _event(event: Event, pictures: Pictures) -> str:
    when = span_text(event.started_at_local, event.ended_at_local)
    picture = image(pictures.preview(event.cover), "") if event.cover else ""
    kind = '<span class="mark kind">Trip</span>' if event.kind == "trip" else ""
    place = f" · {esc(event.place)}" if event.place and event.place not in event.title else ""
    body = (
        f'<span class="cover">{picture}{kind}</span><strong>{esc(event.title or when)}</strong>'
        f"<small>{esc(when)} · {plural(event.size, 'photo')}{place}</small>"
    )
    return link("event", body, css="card", label=f"Open {event.title or when}", id=event.event_id)


def albums(found: Sequence[Album], covers: Mapping[str, str], pictures: Pictures) -> str:
    """`covers`: album id to a photo of it."""
    return f'<div class="cards">{"".join(_album(one, covers.get(one.album_id), pictures) for one in found)}</div>'


def _album(album: Album, cover: str | None, pictures: Pictures) -> str:
    picture = image(pictures.preview(cover), "") if cover else ""
    body = (
        f'<span class="cover">{picture}</span><strong>{esc(album.name)}</strong>'
        f"<small>{plural(album.photo_count, 'photo')}</small>"
    )
    return link("library", body, css="card", label=f"Open the album {album.name}", album=album.name)


def stories(found: Sequence[Story], pictures: Pictures) -> str:
    return f'<div class="stories">{"".join(_story(story, pictures) for story in found)}</div>'


def _story(story: Story, pictures: Pictures) -> str:
    picture = image(pictures.preview(story.cover), "") if story.cover else ""
    seen = " is-seen" if story.seen else ""
    body = (
        f'{picture}<span class="words"><strong>{esc(story.title)}</strong>'
        f"<small>{esc(story.subtitle or plural(len(story.slides), 'photo'))}</small></span>"
    )
    return link("story", body, css=f"story{seen}", label=f"Open the story {story.title}", id=story.story_id)


def why(story: Story) -> str:
    """The reasons of a story, of each slide, and what was left out."""
    reasons = "".join(f"<li>{esc(reason)}</li>" for reason in story.reasons)
    slides = "".join(
        f"<li>Photo {number}: {esc('; '.join(slide.reasons))}</li>"
        for number, slide in enumerate(story.slides, start=1)
        if slide.reasons
    )
    left = "".join(f"<li>{esc(item.reason)}: {plural(item.count, 'photo')}</li>" for item in story.left_out)
    parts = (("This story", reasons), ("Each photo", slides), ("Left out", left))
    return "".join(
        f'<section class="why"><h4>{title}</h4><ul>{items}</ul></section>' for title, items in parts if items
    )


def strip(story: Story, pictures: Pictures) -> str:
    """The photos of a story side by side, to open one by itself."""
    tiles = (
        link(
            "photo",
            image(pictures.thumbnail(slide.photo_id), slide.caption or story.title),
            css="bead",
            id=slide.photo_id,
        )
        for slide in story.slides
    )
    return f'<div class="strip">{"".join(tiles)}</div>'
