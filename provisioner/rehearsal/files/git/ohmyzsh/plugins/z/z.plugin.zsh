# z, of the stand-in: empty
