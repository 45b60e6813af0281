"""What may not be in anything that is stored and handed out."""

import base64
import getpass
import re
import socket
import struct
from html.parser import HTMLParser

TRACES = {
    "a path": r"(?<![\w.])/(?:home|root|tmp|work|Users|opt|mnt|srv|var|private"
    r"|builds?|github|workspaces?)/[\w.~-]|\b[A-Z]:\\\\?\w|\\Users\\",
    "an address in memory": r"\b0x[0-9a-fA-F]{6,}",
    "a mail address": r"\b[\w.+-]+@[\w-]+\.[\w.]+\b",
    "a key": r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}"
    r"|hf_\w{20,}|sk-[\w-]{20,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}"
    r"|glpat-[\w-]{20,}|pypi-\w{20,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,})",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY",
    "a password": r"(?i)\b(?:password|passwd|secret|token|api[_-]?key)\b"
    r"\s*[=:]\s*[\"'][^\"']{3,}[\"']|://[^/\s:@]+:[^/\s@]+@",
    "an invisible sign": "[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\x00]",
}
PLAIN_NAMES = {"root", "runner", "user", "localhost"}  # and words as well
ACTIVE = {
    "script", "iframe", "frame", "object", "embed", "applet", "form", "input",
    "button", "select", "textarea", "link", "meta", "base", "style", "svg",
    "math", "audio", "video", "portal",
}
CODE = {
    "a shell or another language": r"(?m)^\s*(?:!|%%|%[a-z])",
    # a fresh Python of the same kind is none (notebook 09 times imports)
    "a shell": r"\bget_ipython\(|\bos\.(?:system|popen)|\bshell\s*=\s*True"
    r"|\bfrom subprocess\b|\bsubprocess\.(?!run\(\[sys\.executable,)",
    "active output": r"\b(?:HTML|Javascript|JavaScript|IFrame|SVG)\(",
    "a download": r"\b(?:urllib|requests|urlretrieve|urlopen|get_file)\b",
}
# what a picture consists of; others could hold names, dates and programs
CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"pHYs"}


def traces(text):
    """Return what a text gives away, a list of descriptions."""
    found = [
        f"{what}: {match.group()!r}"
        for what, pattern in TRACES.items()
        for match in re.finditer(pattern, text)
    ]
    for name in {getpass.getuser(), socket.gethostname()} - PLAIN_NAMES:
        if len(name) > 3 and re.search(rf"\b{re.escape(name)}\b", text):
            found.append(f"a name of this machine: {name!r}")
    return found


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.active, self.tags = [], set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag in ACTIVE:
            self.active.append(f"<{tag}>")
        for name, value in attributes:
            value = re.sub(r"\s", "", value or "")
            if name.startswith("on") or name in ("srcdoc", "formaction"):
                self.active.append(f"{tag} {name}")
            if re.match(r"(?i)(javascript|vbscript|data):", value):
                self.active.append(f"{tag} {name}={value[:20]}")
            if name == "style" and re.search(r"(?i)url\(|expression", value):
                self.active.append(f"{tag} style={value[:20]}")


def active(html):
    """Return what in HTML could act, a list; and the tags in it, a set."""
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return parser.active, parser.tags


def active_in_markdown(text):
    """Return the same for Markdown, code and mathematics left aside."""
    links = re.findall(r"\]\(\s*<?((?:javascript|vbscript|data):[^)]*)", text)
    links += re.findall(r"(?im)^\s*\[[^\]]*\]:\s*(javascript:\S*)", text)
    aside = r"(?s)```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$"
    found, tags = active(re.sub(aside, "", text))
    return found + links, tags


def active_in_code(source):
    """Return what a cell of code does beyond Python, a list."""
    return [what for what, p in CODE.items() if re.search(p, source)]


def chunks(png):
    """Return the kinds of parts of a PNG (base64 or bytes), a set."""
    data = base64.b64decode(png) if isinstance(png, str) else png
    place, found = 8, set()
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        found.add(data[place + 4 : place + 8])
        place += 12 + length
    return found
