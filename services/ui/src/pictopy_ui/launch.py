"""The command line under which Streamlit serves the pages."""

import sys
from collections.abc import Mapping
from pathlib import Path

SCRIPT = Path(__file__).with_name("app.py")

OPTIONS: Mapping[str, str] = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "theme.baseRadius": "0.75rem",
    "theme.baseFontSize": "15",
    "theme.showSidebarBorder": "false",
    "theme.light.primaryColor": "#2f7a66",
    "theme.light.backgroundColor": "#fcfbf9",
    "theme.light.secondaryBackgroundColor": "#f2f0eb",
    "theme.light.textColor": "#23282b",
    "theme.light.borderColor": "#e3e0d9",
    "theme.light.sidebar.backgroundColor": "#f5f3ee",
    "theme.dark.primaryColor": "#6fc2a8",
    "theme.dark.backgroundColor": "#15181a",
    "theme.dark.secondaryBackgroundColor": "#1f2427",
    "theme.dark.textColor": "#e8e6e1",
    "theme.dark.borderColor": "#2e3438",
    "theme.dark.sidebar.backgroundColor": "#191d1f",
}


def command(host: str, port: int) -> list[str]:
    """Of a process that serves the pages at `host`:`port`; the settings travel to it in the environment."""
    options = {"server.address": host, "server.port": str(port), **OPTIONS}
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(SCRIPT),
        *(f"--{key}={value}" for key, value in options.items()),
    ]
