"""From a verdict back into the user's workbook."""
