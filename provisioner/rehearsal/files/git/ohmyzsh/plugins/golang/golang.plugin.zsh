alias gob='go build'
alias got='go test'
alias gor='go run'
