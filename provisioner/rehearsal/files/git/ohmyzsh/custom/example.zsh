# Files here with the ending .zsh are loaded.
