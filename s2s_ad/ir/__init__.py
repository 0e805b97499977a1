"""Floor 1: the intermediate representation."""
