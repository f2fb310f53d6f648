"""Where every request stands, on the screen and in a workbook of its own."""
