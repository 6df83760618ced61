# Takes a tar stream from standard input, proves it by the digests that come last in it, and puts everything in place.
# Given before it: DEST, MANY (1: DEST must be a directory), READY (a word that asks for the stream).
fail() { printf '%s\n' "$*" >&2; exit 1; }
case $DEST in
  */) mkdir -p -- "$DEST" || exit 1; MANY=1 ;;
esac
as=
if [ -d "$DEST" ]; then into=$DEST
elif [ "$MANY" = 1 ]; then fail "${DEST#./} is no directory on the phone: end it with / to have it made"
else
  into=$(dirname -- "$DEST")
  as=$(basename -- "$DEST")
  [ -d "$into" ] || fail "there is no directory ${into#./} on the phone: ${into#./}/ at the end has it made"
fi
new=$(mktemp -d -- "$into/.hello-termux-copy-XXXXXX") || exit 1
trap 'rm -rf -- "$new"' EXIT
trap 'exit 1' HUP INT TERM PIPE
printf '%s\n' "$READY"
# Shared storage keeps neither modes nor, on old phones, times: that alone is no failure.
said=$(tar -x -f - -C "$new" 2>&1) ||
  said=$(printf '%s\n' "$said" | grep -v -e 'Cannot utime' -e 'Cannot change mode' -e 'Exiting with failure') && [ -n "$said" ] &&
  fail "nothing was copied: $said"
(
  cd -- "$new" || exit 1
  [ -e .hello-termux-sums ] || fail "nothing was copied: the stream was cut off"
  [ ! -s .hello-termux-sums ] || sha256sum --quiet --strict -c .hello-termux-sums >&2 ||
    fail "nothing was copied: what arrived is not what was sent"
) || exit 1
rm -f -- "$new/.hello-termux-sums"

# place FROM TO: with $act = check only look for what stands in the way, with $act = move do it. A directory that is
# there takes the new things beside its own; a file is replaced at once, where a link leads to, and keeps its mode.
place() {
  if [ -d "$1" ] && [ ! -L "$1" ]; then
    if [ -d "$2" ]; then
      for each in "$1"/* "$1"/.[!.]* "$1"/..?*; do
        [ -e "$each" ] || [ -L "$each" ] || continue
        place "$each" "$2/${each##*/}"
      done
      return
    fi
    if [ -e "$2" ] || [ -L "$2" ]; then fail "nothing was copied: ${2#./} is there on the phone, and is no directory"; fi
    [ "$act" = check ] || mv -T -- "$1" "$2" || exit 1
    return
  fi
  [ ! -d "$2" ] || fail "nothing was copied: ${2#./} is a directory on the phone"
  [ "$act" != check ] || return 0
  target=$2
  if [ -L "$2" ] && [ ! -L "$1" ]; then target=$(readlink -f -- "$2") || fail "$2 is a link that leads nowhere"; fi
  [ ! -e "$target" ] || [ -L "$1" ] || chmod --reference="$target" -- "$1" 2>/dev/null || :
  mv -T -f -- "$1" "$target" || exit 1
}
for act in check move; do
  for top in "$new"/* "$new"/.[!.]* "$new"/..?*; do
    [ -e "$top" ] || [ -L "$top" ] || continue
    place "$top" "$into/${as:-${top##*/}}"
  done
done
