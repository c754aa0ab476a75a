"""The ingest process."""

from pictopy_ingest.app import SERVICE
from pictopy_runtime.run import run

if __name__ == "__main__":
    run(SERVICE)
