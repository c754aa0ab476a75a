"""A query before it goes into a text tower."""

MAX_CHARS = 2_000  # no query is longer; a tower reads some sixty words of it anyway


class NoTextError(ValueError):
    """There is nothing in it that a model could read."""


def cleaned(text: str) -> str:
    """One line without control characters, half surrogates and superfluous blanks. Raises NoTextError."""
    whole = text[:MAX_CHARS].encode("utf-8", "ignore").decode("utf-8")
    plain = " ".join("".join(char if char.isprintable() else " " for char in whole).split())
    if not plain:
        raise NoTextError("The text is empty.")
    return plain
