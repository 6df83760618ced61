# Proofs that Go works. Only Go's own build cache grows, as it does with every build: it makes the next one quick.
# Given before it (proof.sh): d, the folder of the proof, which is the working directory too.
d=${d:?}

# The user's settings, while go's own notes on its use (telemetry) go where the rest goes.
GOENV=${GOENV:-$HOME/.config/go/env} XDG_CONFIG_HOME=$d/config GOWORK=off
export GOENV XDG_CONFIG_HOME GOWORK

# go_failed STATUS WHAT: one line on why; the output of WHAT is in $d/log.
go_failed() {
  case "$1 $(cat "$d/log")" in
    159\ * | *"ad system call"* | *SIGSYS*)
      echo "$2: Bad system call. This phone's Android forbids a call that this Go makes (seen with Go 1.23.0 and 1.26.0):" \
        "upgrade the package golang, or install the one before it." ;;
    *"signal: killed"*) echo "$2: killed, most likely for want of memory: close other apps and try again" ;;
    124\ * | 137\ *) echo "$2: not done in time" ;;
    *"ailed to run command"*) echo "$2: not there" ;;
    *) echo "$2: $(tail -n 3 "$d/log" | tr '\n' ' ')(exit status $1)" ;;
  esac
  exit 1
}

# go_version TOOL...: Go and its tools start; one that Termux does not make for this phone is passed over.
go_version() {
  timeout 30 go version >"$d/log" 2>&1 || go_failed "$?" "go version"
  read -r _ _ version platform <"$d/log"
  line="$version $platform"
  for tool; do
    case $tool$(dpkg --print-architecture) in dlvarm | dlvi686) continue ;; esac
    timeout 30 "$tool" version >"$d/log" 2>&1 || go_failed "$?" "$tool version"
    line="$line, $tool $(sed -n 's/^Version: //p; s,^golang.org/x/tools/gopls ,,p' "$d/log" | head -n 1)"
  done
  echo "$line"
}

# go_serve PORT: the program in $d is built, and runs until it was visited.
go_serve() {
  printf 'module welcome\n\ngo 1.20\n' >go.mod
  begin=$(date +%s)
  how='' rc=0
  timeout -k 5 270 go build -o welcome . >log 2>&1 || rc=$?
  if [ "$rc" = 1 ] && grep -q '^# runtime/cgo' log; then
    # The C compiler is at fault, not Go: the server does without it, and the card says so.
    how=" without cgo (the C compiler does not work: $(sed -n '/^# /d; p' log | head -n 1))" rc=0
    CGO_ENABLED=0 timeout -k 5 270 go build -o welcome . >log 2>&1 || rc=$?
  fi
  [ "$rc" = 0 ] || go_failed "$rc" "go build"
  took=$(($(date +%s) - begin))
  rc=0
  timeout -k 2 30 ./welcome "$1" 2>log || rc=$? # it says "serving", for the laptop to come
  case $rc in
    0) echo "built in $took s$how; GET / on port $1 answers: Welcome to this website!" ;;
    77) echo "port $1 is taken by another program" && exit 77 ;;
    *) go_failed "$rc" "the server" ;;
  esac
}
