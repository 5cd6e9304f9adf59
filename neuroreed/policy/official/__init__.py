"""Official releases (CMS, CDC) read into the clinic's own policy folder.

Each reader turns the bytes of one official layout into rows in our shape, and checks them as
the layout allows. Nothing is written before everything in a file has been read and checked.
"""

from __future__ import annotations

from neuroreed.policy.official.loading import Loaded, Options, load

__all__ = ["Loaded", "Options", "load"]
