"""The JSON Schema of a catalogue entry: `python -m pictopy_vision.schema > models/catalogue.schema.json`."""

import json
import sys

from pictopy_vision.domain.entry import Entry


def schema_text() -> str:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Entry.model_json_schema(),
        "title": "PictoPy model catalogue entry",
    }
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
