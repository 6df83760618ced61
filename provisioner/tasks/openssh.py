"""The way into the phone: OpenSSH, our key, no passwords if so wished, and back again after a restart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from provisioner.facts import Fact, Facts
from provisioner.facts.sshd import SshdFact
from provisioner.lean_dataclass import dataclass
from provisioner.resources.authorized_key import KEYS, AuthorizedKey
from provisioner.resources.base import Declared, Verdict
from provisioner.resources.boot_script import FOLDER, BootScript
from provisioner.resources.package import Package
from provisioner.resources.service import Service
from provisioner.resources.sshd_config import SshdConfig
from provisioner.schema import option, register
from provisioner.shell import sh, words
from provisioner.tasks.base import Context, Proof

BOOT_SCRIPT = "50-hello-termux-sshd"

_STARTS = """[ -x "$PREFIX/bin/sshd" ] || { echo "OpenSSH's sshd is not there"; exit 77; }
said=$("$PREFIX/bin/sshd" -t 2>&1) || { echo "sshd -t: $said" | tail -n 1; exit 1; }
echo "sshd -t finds no fault"
"""
_KEY = """count=$(grep -v '^[[:space:]]*#' {} | grep -c -F -e {}) || :
[ "$count" = 1 ] || { echo "it is there $count times"; exit 1; }
open=$(find "$HOME" "$HOME/.ssh/" {} -maxdepth 0 -perm /022)
[ -z "$open" ] || { echo "others may write there, so sshd takes no key:" $open; exit 1; }
echo "it is there once, and nobody else may write there"
"""
_SETTINGS = """found=$("$PREFIX/bin/sshd" -T 2>&1) || { echo "sshd -T: $found" | tail -n 1; exit 1; }
for line; do
  echo "$found" | grep -q -i -x -F -e "$line" || { echo "not so: $line"; exit 1; }
done
echo "sshd -T says: $*"
"""
_BOOT = """for each in {}/*/; do
  [ ! -d "$each" ] || { echo "$each is a folder: Termux:Boot stops at it, so move it away"; exit 1; }
done
sh -n {} || exit 1
[ -r "$HOME/.local/state/hello-termux/booted" ] || {
  echo "it has not been run yet: install Termux:Boot, open it once, start the phone anew"
  exit 77
}
read -r when <"$HOME/.local/state/hello-termux/booted"
echo "last run: $when"
"""
_SERVICE = """[ -f "$SVDIR/sshd/run" ] && [ ! -e "$SVDIR/sshd/down" ] || { echo "the service is not enabled"; exit 1; }
said=$(timeout 5 sv status sshd 2>&1) || :
echo "$said"
case $said in run:*) ;; *) exit 1 ;; esac
"""


@dataclass(frozen=True, slots=True)
class NotDropbear:
    """OpenSSH and dropbear cannot be installed beside each other, and one of them carries this very session."""

    def facts(self) -> Iterable[Fact[Any]]:
        return [SshdFact()]

    def judge(self, facts: Facts) -> Verdict | None:
        if facts[SshdFact()].server != "dropbear":
            return None
        return Verdict(True, "the ssh server of this phone is dropbear: installing OpenSSH would remove it under us")


@register("openssh")
@dataclass(frozen=True, slots=True)
class Openssh:
    """Keep the phone open to this laptop's key; a change to sshd counts once a second login has worked with it.

    - openssh: {password_login: false, autostart: boot}
    """

    shorthand: ClassVar[str] = "key"
    key: str = option("auto: the key this laptop comes with; none; or the line of a .pub file", default="auto")
    password_login: Literal["keep", True, False] = option(
        "whether sshd takes passwords; keep: as it is", default="keep"
    )
    autostart: Literal["none", "boot", "service", "both"] = option(
        "boot: by the app Termux:Boot; service: by termux-services, now and when Termux starts", default="none"
    )

    def problems(self) -> Iterable[str | tuple[str, str]]:
        if self.key not in ("auto", "none"):
            for problem in AuthorizedKey(self.key).problems():
                yield problem if isinstance(problem, str) else problem[0], "key"

    def resources(self, context: Context) -> Iterable[Declared]:
        package = Package("openssh")
        condition = (NotDropbear(),)
        yield Declared(package, conditions=condition)
        key = self._key(context)
        if key:
            yield Declared(key)
        if config := self._config:
            needed = (package.id, key.id) if key else (package.id,)
            yield Declared(config, requires=needed, conditions=condition)
        if self.autostart in ("service", "both"):
            yield Declared(Package("termux-services"), conditions=condition)
            yield Declared(Service("sshd"), conditions=condition)
        if self.autostart in ("boot", "both"):
            body = context.render("boot-sshd", service=self.autostart == "both")
            yield Declared(BootScript(BOOT_SCRIPT, body=body), requires=(package.id,), conditions=condition)

    def _key(self, context: Context) -> AuthorizedKey | None:
        line = context.public_key if self.key == "auto" else self.key
        return AuthorizedKey(line.strip()) if line not in ("", "none") else None

    @property
    def _config(self) -> SshdConfig | None:
        if self.password_login not in (True, False):
            return None
        # Termux's sshd has no PAM, so that the second is off anyway; another build of it may have it.
        value = "yes" if self.password_login else "no"
        more = {} if self.password_login else {"KbdInteractiveAuthentication": "no"}
        return SshdConfig({"PasswordAuthentication": value, **more})

    def proofs(self, context: Context) -> Iterable[Proof]:
        yield Proof(
            "sshd would start again",
            "openssh",
            _STARTS,
            shows="sshd finds no fault in its configuration and host keys, so it comes back after a restart",
            how="sshd -t",
            timeout=30,
        )
        if key := self._key(context):
            yield Proof(
                "our key opens the phone",
                "openssh",
                sh(_KEY, KEYS, key.body, KEYS),
                shows="this laptop's key is let in, and sshd has no reason to refuse the file it stands in",
                how="authorized_keys is searched for it; home, ~/.ssh and the file must not be writable by others",
                timeout=10,
            )
        if config := self._config:
            lines = words([f"{name} {value}" for name, value in config.settings.items()])
            yield Proof(
                "sshd's settings",
                "openssh",
                f"set -- {lines}\n{_SETTINGS}",
                shows="the settings of the playbook are those that count",
                how="sshd -T, which prints what all of its files come to",
                timeout=30,
            )
        yield from self._starting()

    def _starting(self) -> Iterable[Proof]:
        if self.autostart in ("boot", "both"):
            yield Proof(
                "sshd after Android's start",
                "openssh",
                sh(_BOOT, FOLDER, FOLDER / BOOT_SCRIPT),
                shows="Termux:Boot has started sshd once",
                how="the start script leaves the time of its last run",
                timeout=10,
            )
        if self.autostart in ("service", "both"):
            yield Proof(
                "sshd as a service",
                "openssh",
                _SERVICE,
                shows="sshd starts with Termux",
                how="the service is enabled; sv status, if the supervisor runs",
                timeout=10,
            )
