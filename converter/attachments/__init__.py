"""From the names of attachments to what each file really is."""
