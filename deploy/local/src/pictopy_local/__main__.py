"""`python -m pictopy_local` is the command `pictopy`."""

import sys

from pictopy_local.cli import main

sys.exit(main())
