# Read by every interactive bash.
shopt -s histappend histverify
export HISTCONTROL=ignoreboth
PROMPT_DIRTRIM=2
if [ "$PS1" = '\s-\v\$ ' ]; then PS1='\[\e[0;32m\]\w\[\e[0m\] \$ '; fi
