# fzf, of the stand-in: empty
