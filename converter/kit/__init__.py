"""A folder ready to copy: workbook, launchers, guide, libraries."""
