"""From one Excel workbook to HOP JSON and zips, and back."""
