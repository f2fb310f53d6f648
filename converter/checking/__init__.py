"""From the values of a workbook to a verdict on every request."""
