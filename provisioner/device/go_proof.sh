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
  go_build hello 120
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

# go_fetch MODULE VERSION: a module comes through the phone's own GOPROXY, and its checksum is looked up.
go_fetch() {
  proxy=$(go env GOPROXY) proxy=${proxy%%[,|]*} proxy=${proxy%/}
  case $proxy in
    off | direct) ;;
    *)
      rc=0
      curl -s -o /dev/null --connect-timeout 10 --max-time 20 "$proxy/$1/@v/$2.info" 2>log || rc=$?
      case $rc in 5 | 6) say "$proxy is not found by this phone: is it online?"; exit 77 ;; esac ;;
  esac
  go_module
  printf 'require %s %s\n' "$1" "$2" >>go.mod
  # A store of its own, so that it is fetched now; the checksum database's notes lie in GOPATH.
  export "GOPATH=$d/go" "GOMODCACHE=$d/go/pkg/mod" GOFLAGS=-modcacherw
  begin=$(now) rc=0
  timeout -k 5 120 go mod tidy >log 2>&1 || rc=$?
  took=$(seconds $(($(now) - begin)))
  if [ "$rc" != 0 ]; then
    case $(cat log) in
      *"SECURITY ERROR"* | *"checksum mismatch"*)
        say "$1 is not what the checksum database knows: $(grep -m 1 -i -e 'checksum mismatch' log). Somebody on the way" \
          "changed it, or the proxy is broken: set another GOPROXY"
        exit 1 ;;
      *"verifying "*": Get "* | *"verifying "*": reading "*": "[345][0-9][0-9]" "*)
        say "the checksum database ($(go env GOSUMDB)) does not answer: $(grep -o -m 1 -E '(Get "|reading h).*' log)." \
          "Another GOSUMDB may"
        exit 1 ;;
      *"verifying "*)
        say "what the checksum database ($(go env GOSUMDB)) answers is not signed by it: $(grep -o -m 1 'verifying .*' log)"
        exit 1 ;;
      *x509:*) say "$(grep -o -m 1 'x509:.*' log): is the phone's clock right, and ca-certificates installed?"; exit 1 ;;
    esac
    go_failed "$rc" "go mod tidy"
  fi
  go_build uses 120
  [ "$rc" = 0 ] || go_failed "$rc" "go build"
  go_run uses
  note=$(find "$d/go/pkg/sumdb" -name latest 2>/dev/null | head -n 1)
  [ -n "$note" ] || { say "$1 came without a look into the checksum database: see go env GONOSUMDB GOFLAGS GONOSUMCHECK"; exit 1; }
  zip=$(find "$d/go/pkg/mod/cache/download" -name '*.zip' | head -n 1)
  name=${note%/latest}
  say "$1 $2 ($(stat -c %s -- "$zip") bytes) by $proxy in $took, found in the tree of ${name##*/}, which is" \
    "$(sed -n 2p "$note") long"
}

# go_tools: go vet finds the mistake that was put there, gofmt writes what it should, the test passes.
go_tools() {
  go_module
  begin=$(now) rc=0
  timeout -k 5 200 go test -vet=off ./... >log 2>&1 || rc=$?
  [ "$rc" = 0 ] || go_failed "$rc" "go test"
  line="go test $(seconds $(($(now) - begin)))" begin=$(now) rc=0
  timeout -k 5 120 go vet ./... >log 2>&1 || rc=$?
  grep -q 'main.go:6:.*Printf.*%d' log || { rc=1; go_failed "$rc" "go vet"; }
  line="$line, go vet $(seconds $(($(now) - begin))): it finds a wrong %d"
  gofmt untidy >tidy 2>log || go_failed "$?" gofmt
  [ "$(cat tidy)" = "$(cat wanted)" ] || { say "gofmt writes something else"; exit 1; }
  say "$line, gofmt"
}

# go_newer: Go says at once that it is too old for a module, and fetches nothing.
go_newer() {
  printf 'module proof\n\ngo 1.999\n' >go.mod
  begin=$(now) rc=0
  timeout -k 5 30 go list . >log 2>&1 || rc=$?
  case $(cat log) in
    *"requires go >= 1.999"*) say "told at once: $(grep -o -m 1 'requires go >= .*' log)" ;;
    *"download"*" go1.999"* | *"toolchain not available"*)
      say "Go went to look for a newer Go, and there is none for Android: GOTOOLCHAIN=local keeps it from that"
      exit 1 ;;
    *) if [ "$rc" = 0 ]; then say "this Go takes no notice: older than 1.21" && exit 77; fi
      go_failed "$rc" "go list" ;;
  esac
}

# lsp TEXT: a message of the Language Server Protocol; ASCII only, so that characters are bytes.
lsp() { printf 'Content-Length: %s\r\n\r\n%s' "${#1}" "$1"; }

# gopls_completes: fmt.Prin is completed.
gopls_completes() {
  go_module
  GOCACHE=$(go env GOCACHE) XDG_CACHE_HOME=$d/cache PATH=$HOME/.local/bin:$PATH:$HOME/go/bin
  export GOCACHE XDG_CACHE_HOME PATH
  uri=file://$d file=file://$d/main.go
  text='package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Prin\n}\n'
  # shellcheck disable=SC2059  # it is a format
  printf "$text" >main.go
  : >said
  begin=$(now) rc=0
  # shellcheck disable=SC2094  # what gopls has said is read, to know when to go on
  {
    lsp '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":"'"$uri"'","capabilities":{}}}'
    lsp '{"jsonrpc":"2.0","method":"initialized","params":{}}'
    lsp '{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"'"$file"'","languageId":"go","version":1,"text":"'"$text"'"}}}'
    lsp '{"jsonrpc":"2.0","id":2,"method":"textDocument/completion","params":{"textDocument":{"uri":"'"$file"'"},"position":{"line":5,"character":9}}}'
    n=0
    until grep -q -a '"id":2[,}]' said || [ "$n" -ge 500 ]; do
      sleep 0.2
      n=$((n + 1))
    done
    say "$(($(now) - begin))" >took
    lsp '{"jsonrpc":"2.0","id":3,"method":"shutdown"}'
    lsp '{"jsonrpc":"2.0","method":"exit"}'
  } | timeout -k 5 110 gopls >said 2>log || rc=$?
  for label in Print Printf Println; do
    grep -q -a "\"label\":\"$label\"" said || {
      [ "$rc" = 0 ] || go_failed "$rc" gopls gopls
      say "gopls does not offer fmt.$label: $(tail -c 200 said | tr -d '\r\n')"
      exit 1
    }
  done
  say "fmt.Prin becomes Print, Printf, Println in $(seconds "$(cat took)")"
}

# dlv_stops: a breakpoint is reached, and a variable read there.
dlv_stops() {
  go_module
  begin=$(now) rc=0
  timeout -k 5 150 go build -gcflags='-N -l' -o bugs . >log 2>&1 || rc=$?
  [ "$rc" = 0 ] || go_failed "$rc" "go build"
  printf 'break main.go:7\ncontinue\nprint answer\nquit\n' >commands
  rc=0
  timeout -k 5 60 dlv exec ./bugs --only-same-user=false --allow-non-terminal-interactive=true --init commands \
    >said 2>&1 || rc=$?
  if grep -q -x 42 said; then
    say "stops in main.go, line 7, where answer is 42; $(seconds $(($(now) - begin))) with the build"
    return
  fi
  case $(cat said) in
    *"too old for Go"* | *"too new for"*)
      say "$(grep -o -m 1 -i 'version of \(delve\|go\) is too.*' said | sed 's/, suppress.*/)/'): upgrade golang and delve"
      exit 77 ;;
    *"peration not permitted"* | *"could not attach"*)
      say "this phone lets no program watch another: $(grep -m 1 -i -e 'not permitted' -e 'could not attach' said)"
      exit 77 ;;
  esac
  cp said log
  go_failed "$rc" dlv "$(command -v dlv)"
}

# own_path: a login finds what "go install" makes.
own_path() {
  shell=$(readlink -f "$HOME/.termux/shell" 2>/dev/null) || shell=''
  [ -x "$shell" ] || shell=$PREFIX/bin/bash
  [ "${shell##*/}" != fish ] || { say "fish reads neither .profile nor .zshenv: fish_add_path ~/go/bin sets it there"; exit 77; }
  # shellcheck disable=SC2016  # it is the login shell that expands
  found=$(timeout -k 2 30 env -i HOME="$HOME" PREFIX="$PREFIX" TMPDIR="$TMPDIR" PATH="$PREFIX/bin" LANG=en_US.UTF-8 \
    "$shell" -lc 'printf "PATH=%s\n" "$PATH"' 2>log | sed -n 's/^PATH=//p' | tail -n 1)
  case :$found: in
    *:"$HOME/go/bin":*) say "a login of ${shell##*/} has ~/go/bin" ;;
    *) say "a login of ${shell##*/} has ${found:-no PATH}: does a later line of yours set it anew?"; exit 1 ;;
  esac
}

# own_programs: each of ~/go/bin and ~/.local/bin is for this CPU, and its loader is here.
own_programs() {
  count=0 bad=''
  ours=$(od -An -t x1 -j 18 -N 2 "$PREFIX/bin/sh")
  for file in "$HOME"/go/bin/* "$HOME"/.local/bin/*; do
    if [ ! -f "$file" ] || [ ! -x "$file" ]; then continue; fi
    # shellcheck disable=SC2046  # the bytes as words
    set -- $(od -An -t x1 -N 20 "$file")
    [ "${1-}${2-}${3-}${4-}" = 7f454c46 ] || continue
    count=$((count + 1))
    why=$(head_of why "$file")
    if [ " ${19-} ${20-}" = "$ours" ] && [ "${why#"{why here"}" != "$why" ]; then continue; fi
    bad="$bad~${file#"$HOME"}: $why. "
    [ "$count" -lt 40 ] || break
  done
  [ -z "$bad" ] || { say "$bad"; exit 1; }
  [ "$count" != 0 ] || { say "there is none in ~/go/bin and ~/.local/bin"; exit 77; }
  say "$count in ~/go/bin and ~/.local/bin, all for this phone"
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
