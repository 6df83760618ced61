# Mirrors: is one alive, and which may pkg choose from.

# mirror_answers URL: the repository is there, seen from the phone, before anything is written. A curl that cannot even
# start (half-upgraded libraries) proves nothing about the mirror: then apt, which has libraries of its own, will tell.
mirror_answers() {
  if ! curl --version >/dev/null 2>&1; then
    event note "curl does not run on this phone, so the mirror was not tried beforehand."
    return 0
  fi
  said=$(curl -fsSIL --connect-timeout 10 --max-time 25 --retry 1 -o "$R/head" "$1/dists/stable/Release" 2>&1) || {
    rm -f "$R/head"
    echo "The mirror $1 does not answer the phone: ${said#curl: }"
    echo "Nothing was written. Try another one (mirror: bfsu, ustc, sjtu, nju, aliyun, default), or look at the phone's Wi-Fi."
    return 1
  }
  rm -f "$R/head"
}

# choose_mirror TARGET LINK: pkg chooses from TARGET alone. It must be a link: termux-change-repo removes nothing else.
choose_mirror() {
  if [ -e "$2" ] && [ ! -L "$2" ]; then aside "$2"; fi
  mkdir -p -- "${2%/*}"
  ln -sfn -- "$1" "$2"
}
