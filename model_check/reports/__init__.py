"""What was found, as people, CI systems and other programs read it."""
