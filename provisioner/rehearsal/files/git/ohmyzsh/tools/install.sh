#!/bin/sh
# Stand-in: clones and writes ~/.zshrc from the template.
set -e
ZSH=${ZSH:-$HOME/.oh-my-zsh}
[ ! -d "$ZSH" ] || { echo "The \$ZSH folder already exists ($ZSH)."; exit 1; }
git clone --depth=1 "${REMOTE:-https://github.com/ohmyzsh/ohmyzsh.git}" "$ZSH"
[ ! -e "$HOME/.zshrc" ] || mv "$HOME/.zshrc" "$HOME/.zshrc.pre-oh-my-zsh"
cp "$ZSH/templates/zshrc.zsh-template" "$HOME/.zshrc"
