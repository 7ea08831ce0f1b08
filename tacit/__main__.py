"""`python -m tacit` is the same as the command `tacit`."""

import sys

from .start import main

sys.exit(main())
