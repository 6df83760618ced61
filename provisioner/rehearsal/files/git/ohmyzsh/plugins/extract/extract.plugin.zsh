# extract, of the stand-in: empty
