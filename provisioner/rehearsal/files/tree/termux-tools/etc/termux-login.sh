# Sourced by login before the shell starts.
