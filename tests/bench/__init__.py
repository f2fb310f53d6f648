"""What the tool costs, beside what one would set against it: `python -m tests.bench`, by hand."""
