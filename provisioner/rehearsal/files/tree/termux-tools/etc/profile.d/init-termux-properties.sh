# A first termux.properties, all of it commented out.
if [ ! -e "$HOME/.termux/termux.properties" ] && [ ! -f "$HOME/.config/termux/termux.properties" ]; then
	mkdir -p "$HOME/.termux"
	cp /data/data/com.termux/files/usr/share/examples/termux/termux.properties "$HOME/.termux/"
fi
