"""Every French sentence, by code."""
