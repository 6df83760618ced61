"""Taking back what a run did, on a phone that somebody has lived in."""
