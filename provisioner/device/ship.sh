# Programs that ship brings. What is on its way lies in a folder below ~/.cache, which goes away with the last of it.

# ship_install FRESH DEST: FRESH becomes DEST, at once. What stood there and did not come from here is kept beside.
ship_install() {
  dest=$2
  if [ -L "$dest" ]; then
    dest=$(readlink -f -- "$dest") || { echo "$2 is a link that leads nowhere"; return 1; }
  fi
  if [ -d "$dest" ]; then echo "$2 is a folder"; return 1; fi
  known=$HOME/.local/state/hello-termux/shipped
  mkdir -p -- "${dest%/*}" "${known%/*}"
  [ -f "$known" ] || : >"$known"
  if [ -e "$dest" ] && ! grep -q -F -x -- "$(sha256sum <"$dest" | cut -c1-64)  $dest" "$known"; then
    kept=$dest.old-$(date +%Y%m%dT%H%M%S)
    cp -a -- "$dest" "$kept"
    echo "What stood there had not come by ship: it is kept as $kept"
  fi
  {
    dest=$dest awk 'substr($0, 67) != ENVIRON["dest"]' "$known"
    printf '%s  %s\n' "$(sha256sum <"$1" | cut -c1-64)" "$dest"
  } >"$known.new"
  chmod 755 -- "$1"
  sync -- "$1" 2>/dev/null || :
  mv -T -f -- "$1" "$dest"
  mv -T -f -- "$known.new" "$known"
}

# ship_tidy FOLDER: what began to arrive and was never gone on with goes too.
ship_tidy() {
  find "$1" -maxdepth 1 -type f -mmin +1440 -delete
  rmdir -- "$1" "$HOME/.cache/hello-termux" "$HOME/.cache" 2>/dev/null || :
}

# ship_receive ARCHIVE SHA256 DEST: the program that was sent, if it is the one that was meant.
ship_receive() {
  fresh=$1.fresh
  if ! gzip -dc <"$1" >"$fresh" || ! printf '%s  %s\n' "$2" "$fresh" | sha256sum -c --status -; then
    rm -f -- "$1" "$fresh"
    echo "What arrived is not what was sent"
    return 1
  fi
  ship_install "$fresh" "$3"
  rm -f -- "$1"
  ship_tidy "${1%/*}"
}

# ship_build ARCHIVE FOLDER PACKAGE DEST C: builds PACKAGE in FOLDER of the archive. C: whether it is in C in part.
ship_build() {
  archive=$1 tree=${1%/*}/tree
  trap 'cd "$HOME" && rm -rf -- "$tree" "$tree.out" "$tree.out.log" "$tree.out.rc" "$archive" && ship_tidy "${archive%/*}"' EXIT
  rm -rf -- "$tree"
  mkdir -- "$tree"
  tar -xzf "$archive" -C "$tree"
  cd "$tree/$2" || return 1
  if ! ship_go "$3" && { [ "$5" = yes ] || ! grep -q '^# runtime/cgo' "$tree.out.log"; }; then
    return 1
  elif [ ! -f "$tree.out" ]; then
    echo "The C compiler does not work here; the program does without."
    CGO_ENABLED=0 ship_go "$3"
  fi
  ship_install "$tree.out" "$4"
}

ship_go() {
  echo 1 >"$tree.out.rc"
  {
    if timeout -k 10 3600 nice -n 10 go build -v -p "$(few_jobs auto)" -o "$tree.out" "$1" 2>&1; then
      echo 0 >"$tree.out.rc"
    fi
  } | tee "$tree.out.log"
  read -r rc <"$tree.out.rc"
  rm -f -- "$tree.out.rc"
  return "$rc"
}
