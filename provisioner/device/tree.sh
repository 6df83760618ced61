# TREE: a script for sh -c ... tree FOLDER, which says by a digest what is in a folder: names, kinds, modes, and of files
# size and time. Of a clone git says it: commits, branches, what differs from them; files that it does not know as above.
# A clone that was moved and moved back is as it was then. What programs keep in a clone while it is used does not count.
# shellcheck disable=SC2016,SC2034  # it is the inner shell that expands; run.sh and a probe use it
TREE='
cd "$1" || exit 0
place=$1
export GIT_OPTIONAL_LOCKS=0
if [ -e .git ] && git rev-parse -q --verify HEAD >/dev/null 2>&1; then
  set -- . ":!cache" ":!log" ":!doc/tags"
  digest=$({
    git rev-parse HEAD
    git symbolic-ref -q HEAD
    git for-each-ref refs/heads refs/stash
    git diff --no-ext-diff --no-textconv --binary HEAD -- "$@"
    git ls-files -o -z -- "$@" | xargs -0 -r stat -c "%n %f %s %.Y %N" --
  } | sha256sum)
else
  shift
  [ ! -e .git ] || set -- "(" -path ./.git -o -path ./cache -o -path ./log -o -path ./doc/tags ")" -prune -o
  digest=$(find . -mindepth 1 "$@" "(" -type d -printf "d %m %P\n" -o -printf "%y %m %s %T@ %l %P\n" ")" |
    LC_ALL=C sort | sha256sum)
fi
printf "tree\t%s\t%s\0" "$digest" "$place"
'
