"""The JSON that the portal gives back, and any other, on its way into the workbook."""
