"""Floor 4: IR to IR."""
