# Stand-in for Oh My Zsh: loads lib, the plugins in $plugins, custom and the theme $ZSH_THEME.
[ -n "$ZSH_VERSION" ] || { echo "Error: Oh My Zsh can't be loaded from another shell. You need to run zsh instead." >&2; return 1; }
[[ -n "$ZSH" ]] || export ZSH="${${(%):-%x}:a:h}"
[[ -n "$ZSH_CUSTOM" ]] || ZSH_CUSTOM="$ZSH/custom"
[[ -n "$ZSH_CACHE_DIR" ]] || ZSH_CACHE_DIR="$ZSH/cache"
mkdir -p "$ZSH_CACHE_DIR/completions"
source "$ZSH/tools/check_for_upgrade.sh"

_omz_source() { # the custom one goes before the stock one
	local place
	for place in "$ZSH_CUSTOM" "$ZSH"; do
		[[ ! -f "$place/$1" ]] || { source "$place/$1"; return 0; }
	done
	return 1
}
fpath=("$ZSH/functions" "$ZSH/completions" "$ZSH_CUSTOM/functions" "$ZSH_CUSTOM/completions" $fpath)
for _omz_name in $plugins; do
	if [[ -d "$ZSH_CUSTOM/plugins/$_omz_name" ]]; then
		fpath=("$ZSH_CUSTOM/plugins/$_omz_name" $fpath)
	elif [[ -d "$ZSH/plugins/$_omz_name" ]]; then
		fpath=("$ZSH/plugins/$_omz_name" $fpath)
	else
		echo "[oh-my-zsh] plugin '$_omz_name' not found"
	fi
done
autoload -U compinit colors
[[ -n "$ZSH_COMPDUMP" ]] || ZSH_COMPDUMP="${ZDOTDIR:-$HOME}/.zcompdump-${HOST/.*/}-${ZSH_VERSION}"
if [[ "$ZSH_DISABLE_COMPFIX" == true ]]; then compinit -u -d "$ZSH_COMPDUMP"; else compinit -i -d "$ZSH_COMPDUMP"; fi

for _omz_name in "$ZSH"/lib/*.zsh; do _omz_source "lib/${_omz_name:t}"; done
for _omz_name in $plugins; do _omz_source "plugins/$_omz_name/$_omz_name.plugin.zsh"; done
for _omz_name in "$ZSH_CUSTOM"/*.zsh(N); do source "$_omz_name"; done
if [[ -n "$ZSH_THEME" ]]; then
	_omz_source "$ZSH_THEME.zsh-theme" || _omz_source "themes/$ZSH_THEME.zsh-theme" ||
		echo "[oh-my-zsh] theme '$ZSH_THEME' not found"
fi
unset _omz_name
unfunction _omz_source
