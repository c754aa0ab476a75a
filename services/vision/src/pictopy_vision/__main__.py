"""The process of the vision service."""

from pictopy_runtime.run import run
from pictopy_vision.app import SERVICE

run(SERVICE)
