alias g=git
alias gst='git status'
alias gco='git checkout'
alias gl='git pull'
alias gp='git push'
