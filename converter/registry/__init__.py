"""What a folder of deposits remembers, and what the workbook's own columns say of it."""
