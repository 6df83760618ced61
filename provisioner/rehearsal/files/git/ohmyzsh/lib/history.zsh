[[ -n "$HISTFILE" ]] || HISTFILE="$HOME/.zsh_history"
HISTSIZE=50000
SAVEHIST=10000
setopt extended_history hist_ignore_dups hist_verify share_history
