# What steps do to files: written whole, kept before they are replaced, and noted for an undo. To be read before run.sh.
B=$R/backup
backups=0
item=0 # the numbers of the changes at work
sealed='' # not empty: what they write holds a secret
made_ready='' # not empty: what was written before the first step is synced

# put FILE [MODE [N]]: standard input, or what the function t$N prints, becomes FILE, whole or not at all. A link is
# followed; the mode of what stood there stays unless MODE is given. What was made ready is only renamed.
put() {
  dest=$1
  if [ -L "$dest" ]; then
    dest=$(readlink -f -- "$dest") || { echo "$1 is a link that leads nowhere"; return 1; }
    keep "$dest" || return 1
  fi
  if [ -d "$dest" ]; then echo "$1 is a directory"; return 1; fi
  if [ -e "$dest" ] && [ ! -w "$dest" ]; then
    ! mine "$dest" || echo "$1 is read-only: chmod u+w lets it be written"
    return 1
  fi
  [ -d "${dest%/*}" ] || mkdir -p -- "${dest%/*}" || return 1
  if [ ! -w "${dest%/*}" ]; then
    ! mine "${dest%/*}" || echo "the folder ${dest%/*} is read-only: chmod u+w lets $1 be written"
    return 1
  fi
  fresh=$R/new.${3-}
  if [ -n "$made_ready" ] && [ -n "${3-}" ] && [ -e "$fresh" ] && near "${dest%/*}"; then
    mv -T -f -- "$fresh" "$dest"
    return
  fi
  fresh=$dest.hello-termux-new
  [ ! -e "$fresh" ] || rm -f -- "$fresh"
  [ -n "${2-}" ] || [ -e "$dest" ] || umask 022 # the mode of a new file, without a fork for chmod
  if [ -z "${3-}" ]; then synced; else "t$3" | synced; fi || { rm -f -- "$fresh"; umask 077; return 1; }
  umask 077
  if [ -n "${2-}" ]; then chmod -- "$2" "$fresh"
  elif [ -e "$dest" ]; then chmod --reference="$dest" -- "$fresh"; fi || { rm -f -- "$fresh"; return 1; }
  mv -T -f -- "$fresh" "$dest"
}
mine() { # what su or tsu has made is root's
  [ -O "$1" ] || { echo "$1 belongs to $(stat -c %U -- "$1"), not to Termux: as root, chown it to $(id -un)"; return 1; }
}
synced() { dd of="$fresh" bs=64k conv=fsync status=none; }

# near FOLDER: a file of the run's own gets there by a rename: no link leads elsewhere, to an SD card say.
near() {
  [ "$1" = "$HOME" ] || (
    cd -P -- "$1" || exit 1
    case $PWD/ in "$real_home"/* | "$real_prefix"/*) ;; *) exit 1 ;; esac
  )
}
cd -P "$PREFIX" && real_prefix=$PWD && cd -P "$HOME" && real_home=$PWD && cd "$HOME" || exit 1

# ready N UMASK: what the function tN prints is written before the first step, so that all is synced in one go. Where that
# fails nothing is left, and the step that puts it says why.
ready() {
  umask "$2"
  "t$1" >"$R/new.$1" || rm -f -- "$R/new.$1"
  umask 077
} 2>/dev/null
ready_synced() { (cd "$R" && sync -- new.*) 2>/dev/null && made_ready=1; }

# unready FOLDER: what a run has made ready and not put. By names without the folder: of many the line would be too long.
unready() (
  cd "$1" || exit
  set -- new.*
  [ ! -e "$1" ] || rm -f -- "$@"
)

# link PATH TARGET: a link, made or replaced in one go (coreutils, src/force-link.c).
link() {
  [ -d "${1%/*}" ] || mkdir -p -- "${1%/*}"
  ln -sfn -- "$2" "$1"
}
# same PATH PATH: both lead to one file. (shellcheck knows an older POSIX; dash has it, and POSIX since 2024.)
# shellcheck disable=SC3013
same() { [ "$1" -ef "$2" ]; }

# keep PATH [WILL]: a copy of what stands there goes into the run's backup folder before it is replaced; of a folder its
# mode. WILL, if it is known before: f=DIGEST of the file that will stand there, or l=TARGET of the link.
keep() {
  backups=$((backups + 1)) copy=-
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    copy=mode=$(stat -c %a -- "$1")
  elif [ -e "$1" ] || [ -L "$1" ]; then
    copy=${item%% *}.$backups
    cp -a -- "$1" "$B/$copy" || { echo "no copy of $1 could be kept, so it is left as it is"; return 1; }
  fi
  kept "$copy" "$1" "${2-}"
}

# aside PATH: what stands there is moved into the backup folder (a rename: for folders too big to copy).
aside() {
  backups=$((backups + 1)) copy=--
  if [ -e "$1" ] || [ -L "$1" ]; then copy=moved-${item%% *}.$backups; fi
  kept "$copy" "$1"
  [ "$copy" = -- ] || mv -T -- "$1" "$B/$copy"
}

# noted KIND WORD... PATH: what an undo of the step at work needs to know.
noted() {
  kind=$1
  shift
  { printf '%s\t%s' "$kind" "$item" && printf '\t%s' "$@" && printf '\0'; } >>"$R/manifest"
}

# kept COPY PATH [WILL]: noted for an undo, with the uppermost folder that will have to be made for PATH ("" if none).
kept() {
  top='' up=${2%/*}
  while [ -n "$up" ] && [ ! -e "$up" ]; do top=$up up=${up%/*}; done
  if [ -L "$2" ]; then case ${3-} in f=*) set -- "$1" "$2" ;; esac; fi # it is where the link leads that is written
  if [ -n "${3-}" ]; then noted will "$1" "$top" "$3" "$2"; else noted kept "$1" "$top" "$2"; fi || {
    echo "no room on the phone to note what it replaces, so $2 is left as it is"
    return 1
  }
  case $1 in mode=*) ;; *) [ -n "${3-}" ] || printf '%s\0' "$2" >>"$R/touched" ;; esac
}

# seen NUMBERS: what the step has left at the paths that it kept is noted, by which an undo knows what was edited since.
seen() {
  # shellcheck disable=SC2185  # the paths are in the file
  find -files0-from "$R/touched" -maxdepth 0 -printf '%y\t%Y\t%m\t%s\t%l\t%p\0' \
    \( -xtype f -exec sha256sum -z -- {} + -o -type d -exec sh -c "$TREE" tree {} \; \) >>"$R/after" 2>/dev/null
  printf 'done\t%s\0' "$1" >>"$R/after"
}

# wrote DIGEST NAME [OLD]: what is written next under this name is known by its digest: what stands there later and was
# never written by us was edited by hand. Noted before it is written, so that no kill in between makes ours look like an
# edit; OLD, the digest of what stands there now, is no edit either as long as the step has not come to its end.
wrote() {
  last=$HOME/.local/state/hello-termux/last
  printf '%s\t%s\t%s%s\n' "$1" "$2" "$ID" "${sealed:+		secret}" >>"$last/digests"
  [ -z "${3-}" ] || printf '%s\t%s\t%s\tbefore\n' "$3" "$2" "$ID" >>"$R/before"
}

# block DIGEST NAME OLD PATH LABEL COMMENT: the same for a marked block in a file of the user's: an undo can take it out.
block() {
  wrote "$1" "$2" "$3"
  place=$4
  [ ! -L "$place" ] || place=$(readlink -f -- "$place")
  noted block "$1" "$5" "$6" "$place"
}
