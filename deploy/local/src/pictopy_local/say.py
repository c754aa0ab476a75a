"""Lines for people go to stderr, results to stdout."""

import sys

from rich.console import Console

console = Console(stderr=True, highlight=False, soft_wrap=True)

tables = Console(highlight=False, soft_wrap=True)
"""For answers that people read; whoever wants to parse asks for JSON."""


def say(line: str) -> None:
    console.print(_encodable(line), markup=False)


def answer(text: str) -> None:
    """The result of a command, exactly as it is."""
    sys.stdout.write(_encodable(text) + "\n")
    sys.stdout.flush()


def _encodable(text: str) -> str:
    """Bytes of file names that are not UTF-8 become `\\udcXX`, which in JSON is their very escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
