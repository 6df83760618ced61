"""Findings: each is silent where all is well, speaks where it is not, and what it says it can mend it mends."""
