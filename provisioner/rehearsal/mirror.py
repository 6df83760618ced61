"""The internet as the phone sees it: a Termux mirror, git over https and single files, on ports 80 and 443.

/.../termux-main/...                           the stand-in's apt repository, whatever the host is called
/OWNER/NAME.git/..., /git/NAME.git/...         git, read only
of goproxy.cn and the like: anything           Go modules and their checksums (modules.py)
a URL of ``Options.files``                     that file
How it misbehaves if it is told to: ``faults.py``.
One line a request goes to log/access: scheme, host, method, path, status.
"""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from provisioner.rehearsal import faults, modules

REPOSITORY = re.compile(r"/(?:[^?]*/)?termux-main/+([^?]*)")
GIT = re.compile(r"/(?:git|ohmyzsh|fatih)/(ohmyzsh|vim-go)(?:\.git)?(/[^?]*)(?:\?(.*))?")


class Handler(SimpleHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def __init__(self, *request: object, folder: Path, cache: Path, files: dict[str, Path]) -> None:
        self.folder, self.cache, self.files = folder, cache, files
        super().__init__(*request, directory=str(cache / "repo"))  # type: ignore[arg-type]

    @property
    def scheme(self) -> str:
        return "https" if isinstance(self.connection, ssl.SSLSocket) else "http"

    def translate_path(self, path: str) -> str:
        """The local file behind a path; one that does not exist for what the mirror lacks."""
        if file := self.files.get(f"{self.scheme}://{self.headers.get('Host')}{path}"):
            return str(file)
        folder = modules.HOSTS.get(str(self.headers.get("Host")))
        if folder is not None:
            top, rest = self.cache / "modules" / folder, unquote(path).lstrip("/")
        else:
            found = REPOSITORY.match(unquote(path))
            top, rest = self.cache / "repo", found[1] if found else ""
        file = Path(os.path.normpath(top / rest))
        return str(file if file.is_relative_to(top) and file.is_file() else "/nonexistent")

    def do_GET(self) -> None:
        if kind := self.fault():
            faults.answer(self, kind, Path(self.translate_path(self.path)))
        elif GIT.match(self.path):
            self.git()
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        if kind := self.fault():
            faults.answer(self, kind, Path(self.translate_path(self.path)))
        else:
            super().do_HEAD()

    def fault(self) -> str:
        """How this request is to be spoilt; empty: it is not."""
        return faults.of(self.folder, str(self.headers.get("Host")).partition(":")[0], self.path)

    def do_POST(self) -> None:
        self.git()

    def git(self) -> None:
        """Lets git's own server program answer."""
        found = GIT.match(self.path)
        store = self.cache / "git" / f"{found[1]}.git" if found else None
        if not found or not store or not store.is_dir():
            self.send_error(404)
            return
        body = self.body()
        environment = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(store), "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": found[2], "QUERY_STRING": found[3] or "", "REQUEST_METHOD": self.command,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""), "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in {**fields, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def body(self) -> bytes:
        """The request's body, sent whole or in chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def list_directory(self, path: str | os.PathLike[str]) -> None:
        self.send_error(404)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        status = int(code) if code != "-" else code
        line = f"{self.scheme} {self.headers.get('Host')} {self.command} {self.path} {status}\n"
        with (self.folder / "log/access").open("a") as log:
            log.write(line)

    def log_message(self, format: str, *args: object) -> None:
        pass


def serve(folder: Path, cache: Path, files: dict[str, Path]) -> None:
    """Answers from now on, in threads of this process."""
    (folder / "log/access").touch()
    handler = partial(Handler, folder=folder, cache=cache, files=files)
    plain, tls = (ThreadingHTTPServer(("127.0.0.1", port), handler) for port in (80, 443))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "mirror.pem", folder / "mirror.key")

    def choose(connection: ssl.SSLObject | ssl.SSLSocket, host: str | None, _: ssl.SSLContext) -> None:
        if faults.strange(folder, host):
            strange = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            strange.load_cert_chain(folder / "strange.pem", folder / "strange.key")
            connection.context = strange

    context.sni_callback = choose
    tls.socket = context.wrap_socket(tls.socket, server_side=True, do_handshake_on_connect=False)
    for server in (plain, tls):
        threading.Thread(target=server.serve_forever, daemon=True).start()
