"""Floor 4: IR to IR that a compiler of machine code takes: one type per variable, arrays instead of lists."""
