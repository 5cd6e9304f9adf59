"""``python -m neuroreed`` is the command ``neuroreed``."""

import sys

from neuroreed.cli import main

sys.exit(main())
