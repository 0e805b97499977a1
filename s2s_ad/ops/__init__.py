"""Floor 2: the table of elementary operations and their rules. Importing it fills the table."""

from s2s_ad.ops import control, elementwise, linear, operators  # noqa: F401
