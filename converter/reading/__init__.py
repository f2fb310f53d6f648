"""From a workbook to frames of canonical values."""
