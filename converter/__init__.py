"""From one Excel workbook to HOP JSON and zips, and back."""

__version__ = "0.1.0"
