"""`python -m pictopy_ui`: becomes the Streamlit server of the pages."""

import os

from pictopy_ui.launch import command
from pictopy_ui.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    line = command(settings.host, settings.port)
    os.execv(line[0], line)  # noqa: S606  # our own interpreter with our own words: signals and exit codes stay those of one process
