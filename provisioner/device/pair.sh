#!/data/data/com.termux/files/usr/bin/sh
# Opens this phone's sshd to one key of one laptop, and tells the laptop which host key to expect. It changes packages,
# ~/.ssh and the settings of sshd, and fetches nothing but packages. The laptop prints it: hello-termux pair --show
laptop=@LAPTOP@ name=@NAME@ nonce=@NONCE@ mirror=@MIRROR@ region=@REGION@
type=@TYPE@ body=@BODY@ comment=@COMMENT@
set -u; t=${T-}; unset T; [ "$0" != .h ] || rm -f .h
P=${PREFIX-}; ssh=$P/etc/ssh; keys=$HOME/.ssh/authorized_keys; ours=$ssh/sshd_config.d/50-hello-termux.conf
say() { printf '\n* %s\n' "$*"; }
die() { say "$*"; exit 1; }
hash() { sha256sum | cut -c1-64; }
mac() { printf %s%s "$t" "$(printf %s%s "$t" "$1" | hash)" | hash; }
call() { curl -sS -m 15 --noproxy '*' "$@"; }
tell() { printf '%s\n%s' "$(mac "$1")" "$1" | call -H Expect: --data-binary @- "http://$laptop/report"; }
message() { printf 'hello-termux 1 %s\nnonce=%s\naddress=%s' "$1" "$nonce" "$here"; }
fact() { printf '\n%s=%s' "$1" "$(LD_PRELOAD='' /system/bin/getprop "$2")"; }
apt() { apt-get -y -q -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
  -o DPkg::Lock::Timeout=120 -o APT::Update::Error-Mode=any "$@" </dev/null; }
keep() { [ -e "$1.before-pair" ] || cp "$1" "$1.before-pair"; }
case $P in */com.termux/files/usr) ;; *) die 'This is not Termux. Nothing was changed.' ;; esac
[ -x "$P/bin/apt-get" ] || die 'This Termux has no apt. Nothing was changed.'
[ "$(id -u)" != 0 ] || die 'This must run in Termux itself, not as root. Nothing was changed.'
[ ! -x "$P/bin/dropbear" ] || die 'dropbear is installed, and openssh would remove it. Nothing was changed.'
here=$(call -o /dev/null -w '%{local_ip}' "http://$laptop/s")
[ "$(tell "$(message begin)")" = "$(mac "yes begin $nonce")" ] ||
  die 'The laptop does not take this code: it is old, used or wrong. Nothing was changed.'
if [ ! -x "$P/bin/sshd" ]; then
  say '1/3 Packages are brought up to date. This takes minutes; leave the screen on.'
  list=$P/etc/apt/sources.list; region=$P/etc/termux/mirrors/$region
  if [ -n "$mirror" ] && [ ! -e "$list.d/main.sources" ] && call -fIo /dev/null "$mirror/dists/stable/Release"; then
    keep "$list"; echo "deb $mirror stable main" >"$list"
    [ ! -f "$region" ] || ln -sfn "$region" "$P/etc/termux/chosen_mirrors"
  fi
  dpkg --force-confdef --force-confold --configure -a </dev/null
  { apt update && apt full-upgrade && apt install openssh; } || die 'apt failed, see above. Run the same line again.'
fi
say '2/3 The key, and sshd without passwords.'
umask 77; mkdir -p "$HOME/.ssh" "$ssh/sshd_config.d"; touch "$keys"
chmod go-w "$HOME"; chmod 700 "$HOME/.ssh"; chmod 600 "$keys"; [ -z "$(tail -c 1 "$keys")" ] || echo >>"$keys"
grep -v '^ *#' "$keys" | grep -qF "$body" || echo "$type $body $comment" >>"$keys"
grep -q '^ *Include .*sshd_config\.d/' "$ssh/sshd_config" ||
  { keep "$ssh/sshd_config"; sed -i "1iInclude $ssh/sshd_config.d/*.conf" "$ssh/sshd_config"; }
printf '%s\n' @DROPIN@ >"$ours"
"$P/bin/sshd" -t || { rm -f "$ours"; die 'sshd refuses its settings, see above.'; }
pid=$(cat "$P/var/run/sshd.pid" 2>&1); is=$("$P/bin/sshd" -T); port=$(echo "$is" | sed -n 's/^port //p' | sed 1q)
if grep -qs '^sshd' "/proc/$pid/comm"; then kill -HUP "$pid"; else "$P/bin/sshd"; fi
# shellcheck disable=SC2016  # it is bash that expands
greets() { timeout 5 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && read -r line <&3 && [ "${line%%-*}" = SSH ]' "$port" 2>/dev/null; }
greets || sleep 2; greets || sleep 5; greets || die 'sshd does not answer on this phone.'
key=$(cut -d ' ' -f 1,2 "$ssh/ssh_host_ed25519_key.pub")
say '3/3 Android may ask about files and about the battery: tap Allow.'
[ -e "$HOME/storage" ] || termux-setup-storage </dev/null; termux-wake-lock </dev/null
facts() { printf '\n%s=%s' host_key "$key" port "$port" passwords "$(echo "$is" | sed -n 's/^passwordauthentication //p')" \
  arch "$(dpkg --print-architecture)" termux "${TERMUX_VERSION-}" apk "${TERMUX_APK_RELEASE-${TERMUX_APP__APK_RELEASE-}}" \
  lan "$(ifconfig wlan0 2>&1 | sed -n 's/.*inet \([0-9.]*\).*/\1/p')"
  fact android ro.build.version.release; fact maker ro.product.manufacturer; fact model ro.product.model; }
if [ "$(tell "$(message report; facts)")" = "$(mac "yes report $nonce")" ]; then say "Paired with $name."; else
  say "$name did not answer. Type there: hello-termux pair --host ADDRESS (an inet of ifconfig), and compare this:"
  echo "    $(echo "${key#* }" | base64 -d | hash | cut -c1-30 | sed 's/...../& /g')"
fi
