# Vim built on the phone, beside the packaged one. Every stage is either done, and seen to be done, or done again: the
# digest of the source, the unpacked tree and the installed tree are each moved into place when they are whole.
# The link in bin is switched last, to a Vim that has shown what it can do.

# vim_has VIM FEATURE...: it has them all, now that it runs.
vim_has() {
  vim=$1
  shift
  for feature; do
    said=$(timeout -k 2 10 "$vim" -u NONE -i NONE -n -es -c "call setline(1, has('$feature'))" -c print -c 'qa!' \
      2>/dev/null </dev/null) || :
    [ "$said" = 1 ] || return 1
  done
}

# vim_tools PACKAGE...: those that are not installed yet.
vim_tools() {
  installed=" $(dpkg-query -W -f '${Package}=${db:Status-Status} ' -- "$@" 2>/dev/null)" || :
  wanted=''
  for name; do
    case $installed in *" $name=installed "*) ;; *) wanted="$wanted $name" ;; esac
  done
  [ -n "$wanted" ] || return 0
  apt_repair
  apt_index
  # shellcheck disable=SC2086  # names of packages
  apt_heard install $wanted
  apt_noted packages.after
}

vim_digest() { printf '%s  %s\n' "$1" "$2" | sha256sum -c --status - 2>/dev/null; }

vim_get() {
  timeout -k 10 3600 curl -fL --progress-bar --connect-timeout 20 --speed-limit 500 --speed-time 30 \
    --retry 3 --retry-delay 2 "$@"
}

# vim_fetch FILE SHA256 URL...: what came of it before is gone on with, at the next address too: the digest decides.
vim_fetch() {
  file=$1 sha=$2
  shift 2
  [ ! -f "$file" ] || return 0
  for url; do
    if ! vim_digest "$sha" "$file.part"; then
      echo "from $url"
      rc=0
      vim_get -C - -o "$file.part" -- "$url" || rc=$?
      case $rc in 22 | 33 | 36) # the server cannot go on from there: perhaps it can begin
        if [ -s "$file.part" ]; then
          rc=0
          vim_get -o "$file.fresh" -- "$url" || rc=$?
          if [ "$rc" = 0 ]; then mv -T -- "$file.fresh" "$file.part"; else rm -f -- "$file.fresh"; fi
        fi ;;
      esac
      [ "$rc" = 0 ] || continue
    fi
    if vim_digest "$sha" "$file.part"; then
      mv -T -- "$file.part" "$file"
      return 0
    fi
    echo "What came is not the file that the playbook names: its SHA-256 is $(sha256sum "$file.part" | cut -c1-64)."
    rm -f -- "$file.part"
  done
  echo "None of the addresses gave Vim's source."
  return 1
}

# vim_unpack ARCHIVE FOLDER: without its tests; /tmp and /bin/sh, which a phone does not have, become Termux's.
vim_unpack() {
  rm -rf -- "$2" "$2.part"
  mkdir -- "$2.part"
  tar -xf "$1" -C "$2.part" --strip-components=1 --exclude='*/src/testdir/dumps' --exclude='*/src/testdir/*.vim'
  # shellcheck disable=SC2153  # PREFIX is Termux's, prefix the user's
  sed -i "s:\"/tmp\":\"$PREFIX/tmp\":g; s:/var/tmp,/tmp\":$PREFIX/tmp\":" \
    "$2.part/src/option.c" "$2.part/src/os_unix.h" "$2.part/src/diff.c"
  find "$2.part/src" -maxdepth 1 -name '*.sh' -exec sed -i "1s:^#! */bin/sh:#!$PREFIX/bin/sh:" {} +
  mv -T -- "$2.part" "$2"
}

# vim_configure HOME: in the src folder. The answers are those of Termux's own build, which cannot run its tests. Vim's
# own wrapper is passed by: it trusts in /bin/sh, of which an old Android has none.
vim_configure() {
  # What Vim shall load for Python: configure asks by way of a Makefile with /bin/sh, and takes silence for a name.
  if [ "$python" != --disable-python3interp ]; then
    vi_cv_dll_name_python3=$(python3 -c 'import sysconfig; print(sysconfig.get_config_var("INSTSONAME"))')
    export vi_cv_dll_name_python3
  fi
  vim_cv_getcwd_broken=no vim_cv_memmove_handles_overlap=yes vim_cv_stat_ignores_slash=no vim_cv_terminfo=yes \
    vim_cv_tgetent=zero vim_cv_toupper_broken=no vim_cv_tty_group=world ac_cv_small_wchar_t=no \
    CFLAGS=-O2 CONFIG_STATUS=auto/config.status CONFIG_SHELL=$PREFIX/bin/sh timeout -k 10 1800 \
    "$PREFIX/bin/sh" auto/configure --srcdir=. --cache-file=auto/config.cache --prefix="$1" \
    --with-features=huge --enable-gui=no --without-x --with-tlib=ncursesw --enable-multibyte --disable-netbeans \
    --disable-nls --disable-gpm --disable-libsodium --disable-canberra --with-compiledby=hello-termux \
    --enable-fail-if-missing "$python" "$lua" --with-lua-prefix="$PREFIX" --with-luajit
}

vim_make() { timeout -k 30 7200 nice -n 10 make -j"$jobs" SHELL="$PREFIX/bin/sh" "$@"; }

# vim_objects: makes what is not made yet, and says behind each file how far it has come.
vim_objects() {
  total=$(vim_make -n 2>/dev/null | grep -c ' -o objects/') || :
  rm -f -- "$W/killed"
  {
    rc=0
    vim_make 2>&1 || rc=$?
    echo "$rc" >"$W/status"
  } | awk -v total="$total" -v killed="$W/killed" '{ print }
    total && / -o objects\// { printf "%d%% compiled\r\n", 100 * ++n / total }
    /Killed/ && !/ -o objects\// { print >killed }
    { fflush() }'
  [ "$(cat "$W/status")" = 0 ]
}

# vim_was_killed: says so, if the compiler or make was; the last lines are else a command line that means nothing to anyone.
vim_was_killed() {
  [ -e "$W/killed" ] || [ "$(cat "$W/status")" = 137 ] || return 1
  echo "The compiler was killed, most likely by Android for want of memory: close other apps and run the same command" \
    "again. What is compiled stays. With jobs: 1 in vim_build it needs less memory."
}

# vim_doubtful FOLDER: the newest objects in it: a compiler that was killed leaves half of one, which looks done.
vim_doubtful() {
  find "$1" -name '*.o' -printf '%T@\t%p\n' 2>/dev/null | sort -rn | head -n "$((2 * jobs))" | cut -f2
}

# vim_compile ARCHIVE HOME: a tree at HOME, whole or not at all.
vim_compile() {
  src=$W/src-${2##*/}
  if [ -f "$src/src/configured" ]; then
    echo "going on with the build that was interrupted"
    vim_doubtful "$src/src/objects" | while read -r object; do rm -f -- "$object"; done
  else
    vim_unpack "$1" "$src"
  fi
  cd "$src/src" || return 1
  again=yes
  if [ ! -f configured ]; then
    vim_configure "$2"
    : >configured
    again=''
  fi
  until vim_objects; do
    if vim_was_killed || [ -z "$again" ]; then return 1; fi
    vim_make clean # perhaps one of them is half an object all the same
    again=''
  done
  rm -rf -- "$W/root"
  jobs=1 # Vim's rules for installing get in each other's way
  vim_make install DESTDIR="$W/root" STRIP="$(command -v strip || echo true)"
  cd "$W" || return 1
  aside "$2"
  mkdir -p -- "${2%/*}"
  mv -T -- "$W/root$2" "$2"
}

vim_tidy() {
  cd "$HOME" || return 1
  rm -rf -- "$W"
  rmdir -- "$HOME/.cache/hello-termux" "$HOME/.cache" 2>/dev/null || :
}

# vim_build NAME SHA256 JOBS PREFIX FEATURES URL...
vim_build() {
  name=$1 sha=$2 jobs=$(few_jobs "$3") prefix=$4 features=$5
  shift 5
  python=--disable-python3interp lua=--disable-luainterp
  case " $features " in *' python3 '*) python=--enable-python3interp=dynamic ;; esac
  case " $features " in *' lua '*) lua=--enable-luainterp=dynamic ;; esac
  # One of two places: the Vim in use stays as it is until the new one has proved itself.
  lib=$prefix/lib/hello-termux
  home=$lib/$name
  case $(readlink -- "$prefix/bin/vim" || :) in */"$name"/bin/vim) home=$home.b ;; esac
  W=$HOME/.cache/hello-termux/vim-build
  TMPDIR=$W/tmp
  export TMPDIR
  mkdir -p -- "$TMPDIR"
  # shellcheck disable=SC2086  # features are words
  if ! vim_has "$home/bin/vim" $features; then
    rm -rf -- "$home"
    vim_fetch "$W/$name.tar" "$sha" "$@"
    vim_compile "$W/$name.tar" "$home"
    if ! vim_has "$home/bin/vim" $features; then
      timeout -k 2 10 "$home/bin/vim" -u NONE -i NONE -n -es -V1 -c 'python3 1' -c 'lua 1' -c 'qa!' </dev/null 2>&1 |
        head -n 5
      echo "Vim was built, but not all of $features work in it: the Vim you had stays."
      rm -rf -- "$home"
      vim_tidy
      return 1
    fi
  fi
  vim_tidy
  mkdir -p -- "$prefix/bin"
  for link in vim view vimdiff; do
    ln -sfn -- "../lib/hello-termux/${home##*/}/bin/$link" "$prefix/bin/$link.hello-termux-new"
    mv -T -f -- "$prefix/bin/$link.hello-termux-new" "$prefix/bin/$link"
  done
  for old in "$lib"/vim-*; do
    [ "$old" = "$home" ] || [ ! -d "$old" ] || aside "$old"
  done
}
