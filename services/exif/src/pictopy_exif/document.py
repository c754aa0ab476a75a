"""The writer's table in the page about metadata: `python -m pictopy_exif.document docs/metadata.md` renews it."""

import sys
from pathlib import Path

from pictopy_exif.domain.mapping import as_markdown

BEGIN, END = "<!-- table: begin -->\n", "\n<!-- table: end -->"


def with_table(page: str) -> str:
    """The page with the table of now between its two marks."""
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}{as_markdown()}{END}{tail}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")
