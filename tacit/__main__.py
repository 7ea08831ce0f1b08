"""`python -m tacit`: the same as the command `tacit`."""

import sys

from .cli import main

sys.exit(main())
