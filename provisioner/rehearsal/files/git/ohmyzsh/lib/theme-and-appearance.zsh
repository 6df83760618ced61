colors
setopt prompt_subst
