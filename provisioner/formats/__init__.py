"""Files that others wrote or will read: what they say, and how they are changed without a byte of theirs. Pure."""
