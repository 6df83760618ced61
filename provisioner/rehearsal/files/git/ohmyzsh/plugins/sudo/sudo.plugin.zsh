# sudo, of the stand-in: empty
