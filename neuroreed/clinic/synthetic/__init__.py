"""The invented clinic: people, months of visits dated back from today, and known faults.

Everything is made through the services, so its seals and its event chain are as valid as
those of a real clinic. The same seed and day give the same clinic.
"""

from __future__ import annotations

from neuroreed.clinic.synthetic.faults import FAULTS, Fault
from neuroreed.clinic.synthetic.load import PASSWORD, load

__all__ = ["FAULTS", "PASSWORD", "Fault", "load"]
