# colored-man-pages, of the stand-in: empty
