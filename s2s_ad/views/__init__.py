"""What a reader of a textbook expects to see of a function: its evaluation trace, its graph."""
