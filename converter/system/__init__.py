"""The machine: files, locks, what it refuses."""
