# Taking a change back: what a run has kept stands again where it stood. To be read after run.sh.

# found DIGEST NAME RUN: what RUN was the first of all to replace, and is put back now, the next apply may replace again.
found() {
  first=$(grep -m 1 -F "	$2	" "$HOME/.local/state/hello-termux/last/digests" 2>/dev/null) || :
  case $first in *"	$3" | *"	$3	"*) wrote "$1" "$2" ;; esac
}

# away PATH: what stands there makes room; an undo of this undo finds it again. A folder is moved, all else copied.
away() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then aside "$1"; return; fi
  keep "$1"
  rm -f -- "$1"
}

# back COPY PATH: whole or not at all, with mode and time; links stay links. A folder is moved, since it is the only one.
back() {
  mkdir -p -- "${2%/*}"
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    aside "$2"
    mv -T -- "$1" "$2"
    return
  fi
  if ! cp -a -- "$1" "$2.hello-termux-new"; then rm -f -- "$2.hello-termux-new"; return 1; fi
  if [ -d "$2" ] && [ ! -L "$2" ]; then aside "$2"; else keep "$2"; fi
  mv -T -f -- "$2.hello-termux-new" "$2"
}

# bare PATH TOP: the folders that were made for PATH, up to TOP, go again where nothing else is in them.
bare() {
  up=${1%/*}
  while rmdir -- "$up" 2>/dev/null && [ "$up" != "$2" ]; do up=${up%/*}; done
}

# empty FOLDER: it goes, as nothing is left in it.
empty() {
  [ -d "$1" ] || return 0
  keep "$1"
  rmdir -- "$1"
}
