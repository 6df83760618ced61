# Asks for updates, unless: zstyle ":omz:update" mode disabled
zstyle -s ":omz:update" mode update_mode || update_mode=prompt
