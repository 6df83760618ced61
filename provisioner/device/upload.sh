# upload FILE SIZE MARKER: standard input goes to FILE, behind what is there of it already, until it has SIZE bytes. It
# ends the shell, so that no byte of it can be read as a command, whatever goes wrong.
upload() {
  mkdir -p -- "${1%/*}" || exit 1
  have=$(stat -c %s -- "$1" 2>/dev/null) || have=0
  if [ "$have" -gt "$2" ]; then
    rm -f -- "$1"
    have=0
  fi
  printf '\n%s have %s\n' "$3" "$have"
  head -c "$(($2 - have))" >>"$1"
  printf '\n%s done %s\n' "$3" "$(stat -c %s -- "$1")"
  exit 0
}
