# command-not-found, of the stand-in: empty
