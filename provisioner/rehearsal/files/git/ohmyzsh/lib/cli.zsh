# oh-my-zsh's own command.
function omz() {
  case $1 in
    version) print -r -- "master ($(command git -C "$ZSH" rev-parse --short HEAD))" ;;
    *) print -r -- "Usage: omz version    (a stand-in: it has no other)" ;;
  esac
}
