# Sends one file or directory: what it is, where it really lies, how many bytes; digests; a tar stream.
# Given before it: SRC. A link given by name is followed; links inside a directory are sent as links.
fail() { printf '%s\n' "$*" >&2; exit 1; }
[ -e "$SRC" ] || fail "there is no ${SRC#./} on the phone"
[ -r "$SRC" ] || fail "${SRC#./} on the phone may not be read"
real=$(readlink -f -- "$SRC") || exit 1
if [ -d "$real" ]; then
  cd -- "$real" || exit 1
  set -- .
  kind='directory'
elif [ -f "$real" ]; then
  cd -- "$(dirname -- "$real")" || exit 1
  set -- "./$(basename -- "$real")"
  kind='file'
else fail "${SRC#./} is neither a file nor a directory"
fi
size=$(find "$1" -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%.0f", sum }') || exit 1
printf '%s\0%s\0%s\0' "$kind" "$real" "$size"
find "$1" -type f -exec sha256sum -z -- {} + || exit 1
printf '\0'
exec tar -c --format=gnu -f - -- "$1"
