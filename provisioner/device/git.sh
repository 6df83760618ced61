# git over a bad line: a clone is made aside and moved into place when it is whole; a stalled one is given up.
export GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0
git_slow() {
  timeout -k 10 1800 git -c http.lowSpeedLimit=500 -c http.lowSpeedTime=$((${HELLO_TERMUX_PATIENCE:-20} * 3 / 2)) \
    -c advice.detachedHead=false "$@"
}

# git_fetch CLONE VERSION URL...: FETCH_HEAD is VERSION (default: the remote's own choice) from $url, the first that has it.
git_fetch() {
  clone=$1 version=$2
  shift 2
  for url; do
    echo "from $url"
    if git_slow -C "$clone" fetch --progress --depth 1 --no-tags -- "$url" "${version:-HEAD}"; then return 0; fi
  done
  echo "None of the addresses gave ${version:-it}."
  return 1
}

# git_get PATH VERSION URL...: a new clone; what stood at PATH is moved aside.
git_get() {
  path=$1 version=$2
  shift 2
  part=$path.hello-termux-part
  rm -rf -- "$part"
  [ -e "$path" ] || [ -L "$path" ] || aside "$path" # while the folders that must be made for it can be told
  mkdir -p -- "${path%/*}"
  git init -q -- "$part"
  git -C "$part" config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*'
  git_fetch "$part" "$version" "$@" || { rm -rf -- "$part"; return 1; }
  git -C "$part" config remote.origin.url "$url"
  # The name of a branch stays one, so that a later "git pull" of the user's works; a tag or commit is checked out as such.
  branch=''
  if [ -z "$version" ]; then
    branch=$(git_slow -C "$part" ls-remote --symref origin HEAD | sed -n 's,^ref: refs/heads/\([^[:blank:]]*\).*,\1,p')
  elif grep -q "branch '" "$part/.git/FETCH_HEAD"; then
    branch=$version
  fi
  if [ -n "$branch" ]; then
    git -C "$part" checkout -q -B "$branch" FETCH_HEAD
    git -C "$part" config "branch.$branch.remote" origin
    git -C "$part" config "branch.$branch.merge" "refs/heads/$branch"
  else
    git -C "$part" checkout -q --detach FETCH_HEAD
  fi
  printf '%s %s\n' "${version:--}" "$(git -C "$part" rev-parse HEAD)" >"$part/.git/hello-termux"
  # oh-my-zsh refuses folders that others may write to (termux.md 5).
  chmod -R go-w -- "$part"
  aside "$path"
  mv -T -- "$part" "$path"
}

# git_move PATH VERSION URL...: another version for a clone that is there.
git_move() {
  git_clean "$1" && git_fetch "$@" || return 1
  git_switch "$1" "$(git -C "$1" rev-parse 'FETCH_HEAD^{commit}')" '' "$2"
  git_set "$1" remote.origin.url "$url"
}

# git_back PATH COMMIT BRANCH ASKED URL...: the version that a run had found; ASKED: what an apply before it wanted.
git_back() {
  path=$1 commit=$2 branch=$3 asked=$4
  shift 4
  git_clean "$path" || return 1
  git -C "$path" cat-file -e "$commit^{tree}" 2>/dev/null || git_fetch "$path" "$commit" "$@" || return 1
  git_switch "$path" "$commit" "$branch" "$asked"
}

# git_clean PATH: nothing in the clone is changed, and no other git is at work in it.
git_clean() {
  if [ -e "$1/.git/index.lock" ]; then
    echo "git is at work in $1, or was ended there: once none is, remove $1/.git/index.lock."
    return 1
  fi
  [ -n "$(git -C "$1" status --porcelain --untracked-files=no)" ] || return 0
  echo "There are changes of yours in $1: commit or drop them, or move the folder away."
  return 1
}

# git_switch PATH COMMIT BRANCH ASKED: COMMIT is checked out, on BRANCH if one is named. Where the clone stood is noted for
# an undo, and the commit held by a name as long as the run is remembered: git throws away what nothing leads to.
git_switch() {
  was=$(git -C "$1" rev-parse HEAD) before='' at=''
  on=$(git -C "$1" symbolic-ref -q --short HEAD) || on=''
  { read -r before at <"$1/.git/hello-termux"; } 2>/dev/null || :
  [ "$at" = "$was" ] || before=''
  noted moved "$was" "$on" "$before" "$2" "$3" "$4" "$1"
  git -C "$1" update-ref "refs/hello-termux/$ID" "$was"
  git -C "$1" for-each-ref --format='%(refname)' refs/hello-termux/ | while read -r name; do
    [ -d "$R/../${name##*/}" ] || git -C "$1" update-ref -d "$name"
  done
  # Until it is done the clone counts as half a clone: one that is killed here would look like changes of the user's.
  printf '%s moving\n' "${4:--}" >"$1/.git/hello-termux"
  if git_checkout "$1" "$2" "$3"; then
    printf '%s %s\n' "${4:--}" "$2" >"$1/.git/hello-termux"
    return 0
  fi
  # What git refused it has not begun.
  ! git_clean "$1" >/dev/null || printf '%s %s\n' "${before:--}" "$was" >"$1/.git/hello-termux"
  return 1
}

# git_checkout PATH COMMIT BRANCH
git_checkout() {
  if [ -z "$3" ]; then git -C "$1" checkout -q --detach "$2"; return; fi
  has=$(git -C "$1" rev-parse -q --verify "refs/heads/$3") || { git -C "$1" checkout -q -b "$3" "$2"; return; }
  if [ "$has" = "$2" ]; then git -C "$1" checkout -q "$3" --; return; fi
  echo "The branch $3 of $1 has moved."
  return 1
}

# git_set PATH KEY [VALUE]: a setting of the clone, none without VALUE; what it was is noted for an undo.
git_set() {
  old=$(git -C "$1" config --local --get "$2") || old=''
  [ "$old" != "${3-}" ] || return 0
  noted setting "$2" "$old" "${3-}" "$1"
  if [ -n "${3-}" ]; then git -C "$1" config -- "$2" "$3"; else git -C "$1" config --unset-all "$2"; fi
}
