"""Floor 4: source to IR."""
