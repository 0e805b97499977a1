"""Ports to other tools. `ports` has each program once as those tools want it: pure, on whole arrays."""
