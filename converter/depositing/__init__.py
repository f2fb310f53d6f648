"""From valid requests to the folder that is uploaded."""
