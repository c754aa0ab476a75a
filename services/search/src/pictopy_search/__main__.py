from pictopy_runtime.run import run
from pictopy_search.app import SERVICE

run(SERVICE)
