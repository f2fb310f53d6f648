"""The data of an older workbook, or of a list of one's own, moved into a new workbook."""
