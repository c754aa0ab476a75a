from pictopy_memories.app import SERVICE
from pictopy_runtime.run import run

run(SERVICE)
