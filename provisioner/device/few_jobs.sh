# few_jobs auto|N: compilers at a time: few, since a phone is soon short of memory, and hot.
few_jobs() {
  [ "$1" = auto ] || { echo "$1"; return; }
  read -r _ memory _ </proc/meminfo
  if [ "$memory" -ge 2500000 ] && [ "$(nproc)" -ge 2 ]; then echo 2; else echo 1; fi
}
