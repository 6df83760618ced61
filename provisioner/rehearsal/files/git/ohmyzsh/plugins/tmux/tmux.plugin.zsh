# tmux, of the stand-in: empty
