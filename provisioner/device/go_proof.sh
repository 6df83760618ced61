# Proofs that Go works. Only Go's own build cache grows, as it does with every build: it makes the next one quick.
# Given before it: common_proof.sh.
d=${d:?}

# The user's settings, while what Go and gopls note on their use, and gopls' cache, go where the rest goes.
GOENV=${GOENV:-$HOME/.config/go/env} XDG_CONFIG_HOME=$d/config GOWORK=off
export GOENV XDG_CONFIG_HOME GOWORK
mkdir -p -- "$d/config/go/telemetry"
echo off >"$d/config/go/telemetry/mode"

megabytes() { size=$(stat -c %s -- "$1") && say "$((size / 1000000)).$((size % 1000000 / 100000)) MB"; }

# head_of elf|why FILE: its first bytes, and whether the loader that it names is on this phone; the laptop makes words
# of it: how it is linked, or why it cannot run.
head_of() {
  loader=$(head -c 4096 -- "$2" | tr '\0' '\n' | grep -a -m 1 -x -E '/[!-~]*/(linker(64)?|ld[-_.a-z0-9]*)') || loader=''
  here=here
  [ -z "$loader" ] || [ -e "$loader" ] || here=missing
  printf '{%s %s %s}' "$1" "$here" "$(head -c 4096 -- "$2" | base64 -w 0)"
}

# go_failed STATUS WHAT [PROGRAM]: one line on why; the output of WHAT is in $d/log, and $begin is when it began.
go_failed() {
  said=$(cat "$d/log")
  case "$1 $said" in
    159\ * | *"ad system call"* | *SIGSYS*)
      say "$2: Bad system call. This phone's Android forbids a call that this Go makes (seen with Go 1.23.0 and 1.26.0):" \
        "upgrade the package golang, or install the one before it." ;;
    *"toolchain not available"* | *" requires go >= "*)
      say "$2: $(printf '%s\n' "$said" | grep -m 1 -e 'toolchain not available' -e ' requires go >= '). Newer Go comes by the" \
        "package golang only: pkg upgrade" ;;
    *"signal: killed"*) say "$2: killed, most likely for want of memory: close other apps and try again" ;;
    137\ *)
      if [ "$(($(now) - ${begin:-0}))" -lt 20000 ]; then
        say "$2: killed, most likely for want of memory: close other apps and try again"
      else say "$2: not done in time"; fi ;;
    124\ *) say "$2: not done in time" ;;
    *"o space left"*) say "$2: no space left on the phone" ;;
    126\ * | 127\ * | *"xec format error"*)
      if [ -n "${3-}" ] && [ -e "$3" ]; then say "$2 does not start: $(head_of why "$3")"
      else say "$2: not there"; fi ;;
    *) say "$2: $(tail -n 3 "$d/log" | tr '\n' ' ')(exit status $1)" ;;
  esac
  exit 1
}

# go_build NAME LIMIT [VARIABLE=VALUE...]: what is in the folder becomes NAME; how long it took is in $took.
go_build() {
  out=$1 limit=$2 begin=$(now) rc=0
  shift 2
  env "$@" timeout -k 5 "$limit" go build -o "$out" . >log 2>&1 || rc=$?
  took=$(seconds $(($(now) - begin)))
}

# go_run NAME WORD...: the program that was built; what it says is in $said.
go_run() {
  rc=0
  name=$1
  shift
  timeout -k 2 30 "./$name" "$@" >said 2>log || rc=$?
  said=$(cat said)
  [ "$rc" = 0 ] || { cat said >>log; go_failed "$rc" "$name" "$name"; }
}

go_module() { printf 'module proof\n\ngo 1.20\n' >go.mod; }

# c_is_no_use: does the C compiler lack its own parts? Then nothing that uses C can be told here.
c_is_no_use() {
  grep -q "cannot execute .cc1" log || return 1
  say "the C compiler lacks its own parts: $(sed -n '/^# /d; p' log | head -n 1)"
}

# c_is_needed: Go links for some CPUs of Android by clang only.
c_is_needed() { grep -q 'requires external (cgo) linking' log; }

# go_version TOOL...: Go and its tools start; one that Termux does not make for this phone is passed over.
go_version() {
  begin=$(now)
  timeout 30 go version >"$d/log" 2>&1 || go_failed "$?" "go version"
  read -r _ _ version platform <"$d/log"
  line="$version $platform"
  for tool; do
    case $tool$(dpkg --print-architecture) in dlvarm | dlvi686) continue ;; esac
    timeout 30 "$tool" version >"$d/log" 2>&1 || go_failed "$?" "$tool version"
    line="$line, $tool $(sed -n 's/^Version: //p; s,^golang.org/x/tools/gopls ,,p' "$d/log" | head -n 1)"
  done
  say "$line"
}

# go_hello: the program in main.go greets.
go_hello() {
  go_module
  go_build hello 240
  [ "$rc" = 0 ] || go_failed "$rc" "go build"
  go_run hello
  [ "$said" = 'Hello, 世界' ] || { say "it says: $said"; exit 1; }
  say "built in $took, $(megabytes hello), $(head_of elf hello); says: $said"
}

# go_cgo: a function in C is called, and the same program does without C.
go_cgo() {
  go_module
  go_build with 240 CGO_ENABLED=1
  if [ "$rc" != 0 ] && c_is_no_use; then exit 77; fi
  [ "$rc" = 0 ] || go_failed "$rc" "go build with C"
  go_run with
  [ "$said" = 'C says 42' ] || { say "with C it says: $said"; exit 1; }
  line="with: built in $took, $(head_of elf with)"
  go_build without 120 CGO_ENABLED=0
  if [ "$rc" != 0 ] && c_is_needed; then say "$line; without C Go makes no program for this CPU"; return; fi
  [ "$rc" = 0 ] || go_failed "$rc" "go build without C"
  go_run without
  [ "$said" = 'Go says 42' ] || { say "without C it says: $said"; exit 1; }
  say "$line; without: $took, $(head_of elf without)"
}

# a_name: a host that this phone finds: Go's proxy, else the packages' mirror.
a_name() {
  for host in $(go env GOPROXY | tr ',|' '\n' | sed -n 's,^https*://\([^/:]*\).*,\1,p' | head -n 1) \
    $(sed -n 's,^deb .*://\([^/ ]*\)/.*,\1,p' "$PREFIX/etc/apt/sources.list" | head -n 1); do
    rc=0
    curl -s -I -o /dev/null --connect-timeout 5 --max-time 10 "https://$host/" 2>/dev/null || rc=$?
    case $rc in 5 | 6) ;; *) say "$host"; return ;; esac
  done
  return 1
}

# go_names: a name is found by the system's own resolver (with cgo) and by Go's (without).
go_names() {
  host=$(a_name) || { say "no name is found by curl either: is the phone online?"; exit 77; }
  go_module
  go_build with 240 CGO_ENABLED=1
  if [ "$rc" != 0 ] && c_is_no_use >/dev/null; then line="$host"
  else
    [ "$rc" = 0 ] || go_failed "$rc" "go build with C"
    export GODEBUG=netdns=cgo
    go_run with "$host"
    line="$host: with cgo $said"
  fi
  go_build without 240 CGO_ENABLED=0
  if [ "$rc" != 0 ] && c_is_needed; then say "$line; without C Go makes no program for this CPU"; return; fi
  [ "$rc" = 0 ] || go_failed "$rc" "go build without C"
  rc=0
  GODEBUG=netdns=go timeout -k 2 30 ./without "$host" >said 2>&1 || rc=$?
  if [ "$rc" != 0 ]; then
    servers=$(sed -n 's/^nameserver *//p' "$PREFIX/etc/resolv.conf" 2>/dev/null | tr '\n' ' ')
    say "$line; without cgo: $(tail -n 1 said). Go asks the servers of resolv.conf itself: ${servers:-there is none}"
    exit 1
  fi
  say "$line; without cgo $(cat said)"
}

# go_serve PORT: the program in the folder is built, and runs until it was visited.
go_serve() {
  go_module
  how=''
  go_build welcome 270
  if [ "$rc" = 1 ] && grep -q '^# runtime/cgo' log; then
    # The C compiler is at fault, not Go: the server does without it, and the card says so.
    how=" without cgo (the C compiler does not work: $(sed -n '/^# /d; p' log | head -n 1))"
    go_build welcome 270 CGO_ENABLED=0
  fi
  [ "$rc" = 0 ] || go_failed "$rc" "go build"
  rc=0
  timeout -k 2 30 ./welcome "$1" 2>log || rc=$? # it says "serving", for the laptop to come
  case $rc in
    0) say "built in $took$how; GET / on port $1 answers: Welcome to this website!" ;;
    77) say "port $1 is taken by another program" && exit 77 ;;
    *) go_failed "$rc" "the server" welcome ;;
  esac
}
