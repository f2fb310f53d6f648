"""Excel packages, whoever made them, edited in place."""
