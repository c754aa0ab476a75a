"""`python -m pictopy_cluster`"""

from pictopy_cluster.app import SERVICE
from pictopy_runtime.run import run

run(SERVICE)
