"""The tests: folders as in `converter/`, and what they share."""
