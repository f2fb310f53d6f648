"""The exit codes of every command."""

FINE = 0
"""All is well."""
TO_CORRECT = 1
"""Some requests are to be corrected; the valid ones were converted."""
UNUSABLE = 2
"""The input or the call cannot be used; nothing was written."""
PREVENTED = 3
"""The environment refused: a file locked, a disk full, no rights."""
INTERRUPTED = 130
"""The user stopped it."""
