"""Commands for those who work on the project: derived files, pictures, fuzzing."""
