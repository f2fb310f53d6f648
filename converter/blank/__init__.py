"""The blank workbook that a finance team fills in."""
