"""What derivatives cost, beside functions, adjoints written by hand, and other tools: `python -m benchmarks.run`."""
