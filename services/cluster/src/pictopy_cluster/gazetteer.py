"""Names of places: none, until a gazetteer is bundled."""


class NoGazetteer:
    """Knows no place, so titles go by date."""

    def name_of(self, latitude_deg: float, longitude_deg: float) -> str | None:
        return None
