from pictopy_exif.app import SERVICE
from pictopy_runtime.run import run

run(SERVICE)
