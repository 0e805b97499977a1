"""Floor 3: questions about a program."""
