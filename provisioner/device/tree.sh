# TREE: a script for sh -c ... tree FOLDER, which says by a digest what is in a folder: names, kinds, modes, and of files
# size and time. What programs keep in a clone while it is used does not count.
# shellcheck disable=SC2016,SC2034  # it is the inner shell that expands; run.sh and a probe use it
TREE='
cd "$1" || exit 0
place=$1
shift
[ ! -e .git ] || set -- "(" -path ./.git -o -path ./cache -o -path ./log -o -path ./doc/tags ")" -prune -o
printf "tree\t%s\t%s\0" "$(find . -mindepth 1 "$@" "(" -type d -printf "d %m %P\n" -o -printf "%y %m %s %T@ %l %P\n" ")" |
  LC_ALL=C sort | sha256sum)" "$place"
'
