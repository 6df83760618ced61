# Proofs of what stands around Go: modules, tests, gopls, delve, and what is installed.
# Given before it: common_proof.sh, go_proof.sh.
d=${d:?}

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
