function git_current_branch() { command git symbolic-ref --quiet --short HEAD 2>/dev/null || command git rev-parse --short HEAD 2>/dev/null; }
function parse_git_dirty() {
	if [[ -n "$(command git status --porcelain 2>/dev/null | head -n 1)" ]]; then echo "$ZSH_THEME_GIT_PROMPT_DIRTY"; else echo "$ZSH_THEME_GIT_PROMPT_CLEAN"; fi
}
function git_prompt_info() {
	local branch=$(git_current_branch)
	[[ -z "$branch" ]] || echo "${ZSH_THEME_GIT_PROMPT_PREFIX}${branch}$(parse_git_dirty)${ZSH_THEME_GIT_PROMPT_SUFFIX}"
}
