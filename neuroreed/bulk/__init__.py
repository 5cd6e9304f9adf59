"""Audits of millions of lines."""

import os
import sys

# Polars gives freed memory back after half a second, and each task then fetches it page by page
# anew: a tenth of the time of a run. It reads this once, when it is loaded.
if "polars" not in sys.modules:
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000")
