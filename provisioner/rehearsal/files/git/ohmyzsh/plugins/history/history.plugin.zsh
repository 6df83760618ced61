# history, of the stand-in: empty
