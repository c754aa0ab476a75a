"""Where a picture was taken, in words."""

from dataclasses import dataclass

from pictopy_ingest.domain.metadata.tags import Tags

_CREATED = "Xmp.iptcExt.LocationCreated[1]/Iptc4xmpExt:"


@dataclass(frozen=True)
class Locality:
    """`location`: the part of the city, the beach, the house."""

    location: str | None = None
    city: str | None = None
    country: str | None = None


NOWHERE = Locality()


def locality(tags: Tags) -> Locality | None:
    """LocationCreated if it says anything, for it alone means where the camera stood; else the older fields."""
    created = Locality(*(tags.text(_CREATED + field) for field in ("Sublocation", "City", "CountryName")))
    if created != NOWHERE:
        return created
    older = Locality(
        tags.text("Xmp.iptc.Location", "Iptc.Application2.SubLocation"),
        tags.text("Xmp.photoshop.City", "Iptc.Application2.City"),
        tags.text("Xmp.photoshop.Country", "Iptc.Application2.CountryName"),
    )
    return older if older != NOWHERE else None
