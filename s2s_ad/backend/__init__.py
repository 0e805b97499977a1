"""Floor 4: IR to source."""
