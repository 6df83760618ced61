# git over a bad line: a clone is made aside and moved into place when it is whole; a stalled one is given up.
export GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0
git_slow() {
  timeout -k 10 1800 git -c http.lowSpeedLimit=500 -c http.lowSpeedTime=$((${HELLO_TERMUX_PATIENCE:-20} * 3 / 2)) \
    -c advice.detachedHead=false "$@"
}

# git_fetch CLONE VERSION URL...: FETCH_HEAD is VERSION (default: the remote's own choice) from the first that has it.
git_fetch() {
  clone=$1 version=$2
  shift 2
  for url; do
    echo "from $url"
    if git_slow -C "$clone" fetch --progress --depth 1 --no-tags -- "$url" "${version:-HEAD}"; then
      git -C "$clone" config remote.origin.url "$url"
      return 0
    fi
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
  # oh-my-zsh refuses folders that others may write to (termux.md 5).
  chmod -R go-w -- "$part"
  aside "$path"
  mv -T -- "$part" "$path"
}

# git_move PATH VERSION URL...: another version for a clone that is there.
git_move() {
  if [ -n "$(git -C "$1" status --porcelain --untracked-files=no)" ]; then
    echo "There are changes of yours in $1: commit or drop them, or move the folder away."
    return 1
  fi
  git_fetch "$@"
  git -C "$1" checkout -q --detach FETCH_HEAD
}
