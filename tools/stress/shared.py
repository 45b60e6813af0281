"""A shared server: the course read-only, somebody else's, several users.

The checkout and its environment belong to root and nobody may write there;
users without an account of their own name (a number, as in a container) run
the notebooks, with a home folder each and one temporary folder for all.
"""

import contextlib
import os
import stat
import subprocess
from pathlib import Path

from tools.stress.children import (
    PATIENCE,
    child,
    installed,
    last_words,
    strict,
)
from tools.stress.no_network import start_lab
from tools.stress.report import Case, Failed, NotPossible

FIRST_USER = 61_000
WALLS = ("/", "/tmp", "/var/tmp", "/dev/shm", "/run")  # where `find` looks


def need_root():
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        raise NotPossible("only root can run something as another user")


class Server:
    """A read-only course, and users with homes of their own.

    Parameters
    ----------
    course : Course
        Keeps the clone.
    log : Path
        Of the installation, if it is the first.
    """

    def __init__(self, course, log):
        self.checkout = installed(course, log)
        self.folder = course.fresh("server")
        course.folder.chmod(0o755)
        self.checkout.parent.chmod(0o755)
        read_only(self.checkout)
        self.python = self.checkout / ".venv" / "bin" / "python"
        self.tmp = self.folder / "tmp"
        self.tmp.mkdir()
        self.tmp.chmod(0o1777)
        numbers = {path.name[:2] for path in course.notebooks}
        self.notebooks = [
            path for path in sorted(self.checkout.glob("notebooks/*.ipynb"))
            if path.name[:2] in numbers
        ]

    def home(self, user, writable=True):
        """Return the home folder of a user, made if need be."""
        folder = self.folder / f"home-{user}-{'rw' if writable else 'r'}"
        if not folder.exists():
            folder.mkdir(mode=0o700 if writable else 0o555)
            if writable:
                os.chown(folder, user, user)
        return folder

    def env(self, home):
        """Return a user's environment: nothing of root's."""
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8",
            "HOME": str(home), "TMPDIR": str(self.tmp),
            "COURSE_NO_BARS": "1",
        }


def read_only(folder):
    """Take everybody's right to write away, below a folder as well."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod((mode | 0o444) & ~0o222)


def listing(folder):
    """Return {path: (size, time of change, mode)} below a folder."""
    found = {}
    for path in folder.rglob("*"):
        facts = path.lstat()
        found[path] = facts.st_size, facts.st_mtime_ns, facts.st_mode
    return found


def files_of(user, but):
    """Return the files of a user anywhere on the machine, but in folders."""
    command = ["find", *WALLS, "-xdev"]
    for folder in ["/proc", *but]:
        command += ["-path", str(folder), "-prune", "-o"]
    command += ["-uid", str(user), "-print"]
    done = subprocess.run(command, capture_output=True, text=True)
    return sorted(set(done.stdout.split("\n")) - {""})


def run_as(server, users, log, env=None):
    """Run the notebooks strictly as each of some users, all at once."""
    before = listing(server.checkout)
    logs = [Path(f"{log}.user{user}") for user in users]
    with contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(child(
                strict(server.python, *server.notebooks), own,
                cwd=server.checkout, user=user,
                env=env or server.env(server.home(user)),
            ))
            for user, own in zip(users, logs)
        ]
        codes = [process.wait(PATIENCE) for process in running]
    text = "\n".join(own.read_text(errors="replace") for own in logs)
    Path(log).write_text(text, encoding="utf-8")
    if any(codes):
        raise Failed(f"exit codes {codes}; {last_words(log)}")
    check_traces(server, users, before)


def check_traces(server, users, before):
    """`Failed` if something was written where it should not, or a lock."""
    if listing(server.checkout) != before:
        raise Failed("the checkout was changed")
    for user in users:
        found = files_of(user, [server.home(user), server.tmp])
        if found:
            raise Failed(f"written outside the user's folder: {found[:5]}")
    left = [str(path) for path in server.tmp.rglob("*")]
    locks = [path for path in left if "lock" in path.lower()]
    if locks or left:
        raise Failed(f"left behind in the temporary folder: {left[:5]}")


def at_once(number):
    """Return the scenario of so many users at once."""
    def cases(course):
        need_root()

        def look(log):
            users = [FIRST_USER + k for k in range(number)]
            run_as(Server(course, log), users, log)

        who = "1 user" if number == 1 else f"{number} users at once"
        return [Case(f"{course.numbers}, {who}", look)]

    return cases


def no_home(course):
    """A home folder that cannot be written: JupyterLab, and notebooks."""
    need_root()
    user = FIRST_USER + 9

    def prepare(log):
        server = Server(course, log)
        home = server.home(user, writable=False)
        return server, home, server.env(home)

    def lab(log):
        server, home, env = prepare(log)
        python, venv = server.python, server.checkout / ".venv"
        options = {"env": env, "user": user, "venv": venv}
        start_lab(python, log, cwd=server.checkout, **options)
        if str(home) not in Path(log).read_text():
            raise Failed("no word about the folder that cannot be written")

    def test(log):
        server, home, env = prepare(log)
        command = [server.python, "course.py", "test", "-p"]
        command += ["no:cacheprovider", *server.notebooks]
        with child(
            command, log, cwd=server.checkout, env=env, user=user
        ) as process:
            code = process.wait(PATIENCE)
        if code != 0:
            raise Failed(f"exit code {code}; {last_words(log)}")
        if str(home) not in Path(log).read_text():
            raise Failed("no word about the folder that cannot be written")

    return [Case("course.py lab, a kernel", lab),
            Case(f"course.py test {course.numbers}", test)]
