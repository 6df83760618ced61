# Mirrors: which one answers the phone, which one is used, and which may pkg choose from.
# Kept on the phone, in ~/.local/state/hello-termux:
#   mirrors  the wanted one and those to fall back to, best first; a line each: file below etc/termux/mirrors, address
#   mirror   only while another than the wanted one is used: which, since when, why, and when to look again
: "${HELLO_TERMUX_PATIENCE:=20}" # seconds that a mirror gets; every limit in here and in apt.sh is made of it
mirror_state=$HOME/.local/state/hello-termux
mirror_files=$PREFIX/etc/termux/mirrors
mirror_why=''

# mirror_answers URL: its signed index can be had, at more than a crawl. $said is what is wrong if not.
mirror_answers() {
  said=$(curl -fsSL --connect-timeout "$HELLO_TERMUX_PATIENCE" --max-time $((HELLO_TERMUX_PATIENCE * 3)) \
    --speed-limit 100 --speed-time "$HELLO_TERMUX_PATIENCE" "$1/dists/stable/InRelease" 2>&1) && {
    case $said in '-----BEGIN PGP SIGNED MESSAGE-----'*) return 0 ;; esac
    said="something else answers in its place: does the Wi-Fi want you to log in?"
    return 1
  }
  said=${said##*curl: }
  return 1
}

# mirror_field NAME FILE: what the phone's own mirror list has for it, which knows better than we do.
mirror_field() { sed -n "s|^$1=\"\{0,1\}\([^\"]*[^\"/]\)/*\"\{0,1\}\$|\1|p" "$mirror_files/$2" 2>/dev/null || :; }

mirror_order() { [ -e "$R/mirrors" ] || cp -- "$mirror_state/mirrors" "$R/mirrors" 2>/dev/null; }

# mirror_choose: the first of $R/mirrors that answers and was not tried in this run; $file and $main tell it.
# A curl that cannot even start proves nothing about mirrors: then the first it is, and apt will tell.
mirror_choose() {
  : >>"$R/tried"
  while read -r file main; do
    if grep -qxF -e "$main" "$R/tried"; then continue; fi
    printf '%s\n' "$main" >>"$R/tried"
    if [ "$file" != hello-termux ]; then
      own=$(mirror_field MAIN "$file")
      main=${own:-$main}
    fi
    if ! said=$(curl --version 2>&1); then
      event note "curl does not run on this phone, so no mirror was tried beforehand; it says: $(echo "$said" | head -n 1)"
      return 0
    fi
    if mirror_answers "$main"; then return 0; fi
    event note "The mirror $main does not answer the phone: $said"
    echo "The mirror $main does not answer the phone: $said"
    [ -n "$mirror_why" ] || mirror_why=$said
  done <"$R/mirrors"
  return 1
}

# mirror_rewrite LIST EDITS: a list as sed leaves it; untouched if that is no change.
mirror_rewrite() {
  [ -f "$1" ] || return 0
  sed "$2" "$1" >"$R/list"
  if cmp -s "$R/list" "$1"; then return 0; fi
  keep "$1"
  put "$1" <"$R/list"
}

# mirror_switch: every list that names a mirror of the order names $main; pkg chooses $file; the phone remembers why.
mirror_switch() {
  wanted='' edits='' beside=${main%termux-main}
  for known in $(sed 's/.* //' "$R/mirrors") $(sed -n 's/^using //p' "$mirror_state/mirror" 2>/dev/null); do
    [ -n "$wanted" ] || wanted=$known
    edits="$edits
s|$known/* |$main |g
s|$known/*\$|$main|"
  done
  root=$(mirror_field ROOT "$file") x11=$(mirror_field X11 "$file")
  if [ "$main" != "$wanted" ] || [ -e "$mirror_state/mirror" ]; then
    for list in sources.list sources.list.d/main.sources sources.list.d/termux-main-stable.sources; do
      mirror_rewrite "$PREFIX/etc/apt/$list" "$edits"
    done
    for list in "root ${root:=${beside}termux-root}" "x11 ${x11:=${beside}termux-x11}"; do
      edits="s|^\( *deb  *\(\[[^]]*\] *\)\{0,1\}\)[^ ]*|\1${list#* }|
s|^\(URIs *: *\).*|\1${list#* }|"
      mirror_rewrite "$PREFIX/etc/apt/sources.list.d/${list%% *}.list" "$edits"
      mirror_rewrite "$PREFIX/etc/apt/sources.list.d/${list%% *}.sources" "$edits"
    done
  fi
  if [ "$(readlink "$PREFIX/etc/termux/chosen_mirrors")" != "$mirror_files/$file" ]; then
    choose_mirror "$mirror_files/$file" "$PREFIX/etc/termux/chosen_mirrors"
  fi
  keep "$mirror_state/mirror"
  read -r first _ <"$R/mirrors"
  if [ "$main" = "$wanted" ] || [ "$file" = "$first" ]; then
    rm -f -- "$mirror_state/mirror"
  else
    printf '%s\n' "wanted $wanted" "using $main" "file $file" "root $root" "x11 $x11" \
      "since $(date -u +%Y-%m-%dT%H:%MZ)" "rest ${1:-0}" "why ${mirror_why:-unknown}" | put "$mirror_state/mirror" 600
    event note "Packages come from $main for now: $wanted fails (${mirror_why:-unknown})."
  fi
}

# mirror_next WHY: what is used now fails although it answers; on to one that was not tried in this run.
# The wanted one is not looked at again for an hour: it would answer, and fail again.
mirror_next() {
  mirror_order || return 1
  now=$(sed -n 's/^using //p' "$mirror_state/mirror" 2>/dev/null) || :
  [ -n "$now" ] || now=$(head -n 1 "$R/mirrors" | sed 's/.* //')
  grep -qxF -e "$now" "$R/tried" 2>/dev/null || printf '%s\n' "$now" >>"$R/tried"
  mirror_why=$1
  mirror_choose || return 1
  mirror_switch $(($(date +%s) + 3600))
}

# choose_mirror TARGET LINK: pkg chooses from TARGET alone. It must be a link: termux-change-repo removes nothing else.
choose_mirror() {
  if [ -e "$2" ] && [ ! -L "$2" ]; then aside "$2"; else keep "$2"; fi
  mkdir -p -- "${2%/*}"
  ln -sfn -- "$1" "$2"
}
