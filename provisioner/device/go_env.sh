# go_env SETTING...: NAME=value, kept by `go env -w`. One start of go for all: it takes all of them or none. If it takes
# none they are tried one by one. Go empties the file before it writes it, and killed in between takes older settings along:
# so it writes a copy. The numbers of the changes, in the same order, are in $numbers.
go_env() {
  env=$HOME/.config/go/env
  [ ! -L "$env" ] || keep "$(readlink -f "$env")"
  [ ! -e "$R/goenv" ] || rm -f -- "$R/goenv"
  [ ! -e "$env" ] || cp -- "$env" "$R/goenv"
  export GOENV="$R/goenv"
  if ! timeout 60 go env -w "$@" 2>/dev/null; then
    for setting; do
      # shellcheck disable=SC2154  # numbers is the runner's
      said=$(timeout 60 go env -w "$setting" 2>&1) || no "${numbers%% *}" "$said"
      numbers=${numbers#* }
    done
  fi
  put "$env" <"$GOENV"
}
