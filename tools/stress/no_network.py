"""No network: no interface at all, and every connection counted and traced.

In a network namespace of its own there is no interface but a loopback that is
down; kernels are reached by sockets in files (ipc.py). The kernel counts the
attempts to reach any IPv4 address (counted.py; IPv6 is not counted where the
machine has none). strace records each `connect`, and each packet that names an
address, IPv6 too; it slows programs with many threads down, much.
"""

import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import websocket

from tools.stress.children import (
    ROOT,
    child,
    run,
    strict,
    surroundings,
    wait_for,
)
from tools.stress.report import Case, Failed, NotPossible

CALLS = "connect,sendto,sendmsg,sendmmsg"
HERE = Path(__file__).resolve().parent
# the address of a call, as strace writes it; AF_UNIX has none
ADDRESS = re.compile(
    r"sa_family=(AF_INET6?), sin6?_port=htons\((\d+)\).*?"
    r'(?:inet_addr\("|inet_pton\(AF_INET6, ")([0-9a-fA-F.:]+)"'
)
KNOCK = (
    "import socket\n"
    "try:\n"
    "    socket.create_connection(('192.0.2.1', 80), timeout=1)\n"
    "except OSError as error:\n"
    "    print(type(error).__name__, error)\n"
)


def addresses(trace):
    """Return [(address, port), ...] of the calls in strace's text.

    Parameters
    ----------
    trace : str
        Lines of `strace -e trace=connect,...`.

    Returns
    -------
    list of (str, int)
        One a call that names an internet address, loopback included.
    """
    found = [ADDRESS.search(line) for line in trace.splitlines()]
    return [(m.group(3), int(m.group(2))) for m in found if m]


def outside(found):
    """Return the addresses that are not on this machine."""
    own = ("127.", "::1", "0.0.0.0")
    return [(a, port) for a, port in found if not a.startswith(own)]


def words(found):
    """Say what a trace found: connections, and those that ask for names."""
    names = sum(port == 53 for _, port in found)
    away = outside(found)
    what = ", ".join(sorted({f"{a} port {port}" for a, port in away}))
    return (
        f"{len(found)} internet addresses used, {len(away)} not this machine"
        f" ({what or 'none'}), {names} questions for names (DNS)"
    )


def namespace():
    """Return the command that begins a namespace without network."""
    if not sys.platform.startswith("linux") or not shutil.which("unshare"):
        raise NotPossible("network namespaces need Linux and `unshare`")
    for command in (["unshare", "-n"], ["unshare", "-r", "-n"]):
        if subprocess.run([*command, "true"], capture_output=True).returncode:
            continue
        return command
    raise NotPossible("this user may not make a network namespace")


def traced(trace):
    """Return the command that traces another one to a file."""
    if not shutil.which("strace"):
        raise NotPossible("strace is missing: connections cannot be traced")
    command = ["strace", "-f", "-qq", "-s", "1", "-e", "signal=none"]
    command += ["-e", f"trace={CALLS}", "-o", str(trace)]
    fast = [*command, "--seccomp-bpf"]
    done = subprocess.run([*fast, "true"], capture_output=True)
    return fast if done.returncode == 0 else command


def judge(trace, log):
    """`Failed` if a trace shows a connection to anywhere else."""
    text = Path(trace).read_text(encoding="utf-8", errors="replace")
    found = addresses(text)
    with open(log, "a", encoding="utf-8") as out:
        out.write(f"trace: {len(text.splitlines())} calls, {words(found)}\n")
    if outside(found):
        raise Failed(words(found))


def attempts(counted):
    """Return how many attempts to reach an address the kernel counted.

    Parameters
    ----------
    counted : str
        What counted.py wrote: lines of a name and a number.
    """
    return sum(int(line.split()[1]) for line in counted.splitlines())


def control(course):
    """The trace and the count must see a connection; it must be refused."""
    def look(log):
        folder = course.fresh("control")
        trace, counted = folder / "trace.txt", folder / "counted.txt"
        count = [course.python, HERE / "counted.py", counted]
        knock = [course.python, "-c", KNOCK]
        run([*namespace(), *count, *traced(trace), *knock], log)
        found = outside(addresses(trace.read_text()))
        if found != [("192.0.2.1", 80)]:
            raise Failed(f"the trace did not see a connection: {found}")
        if attempts(counted.read_text()) != 1:
            raise Failed(f"not counted: {counted.read_text()}")
        if "Network is unreachable" not in Path(log).read_text():
            raise Failed("the namespace has a network")

    return Case("control: a connection is seen, counted, refused", look)


def in_namespace(course, notebook, log, watch):
    """Run a notebook strictly without any interface, watched by a command."""
    sockets = course.fresh("sockets")
    env = surroundings(PYTHONPATH=ROOT, JUPYTER_RUNTIME_DIR=sockets)
    command = strict(course.python, notebook, more=["-p", "tools.stress.ipc"])
    run([*namespace(), *watch, *command], log, env=env)


def no_network(course):
    """Every notebook strictly, without any interface; attempts counted."""
    namespace()

    def case(notebook):
        def look(log):
            counted = course.fresh("counted") / "counted.txt"
            watch = [course.python, HERE / "counted.py", counted]
            in_namespace(course, notebook, log, watch)
            found = counted.read_text()
            with open(log, "a", encoding="utf-8") as out:
                out.write(found)
            if attempts(found) > 0:
                raise Failed("the network was asked for: " + found)

        return Case(notebook.name[:2], look)

    return [control(course)] + [case(path) for path in course.notebooks]


def every_call(course):
    """The same with each call traced: who asks for which address?"""
    namespace()

    def case(notebook):
        def look(log):
            trace = course.fresh("trace") / "trace.txt"
            in_namespace(course, notebook, log, traced(trace))
            judge(trace, log)

        return Case(notebook.name[:2], look)

    return [case(path) for path in course.notebooks]


def lab_offline(course):
    """JupyterLab starts and runs a kernel with nothing but loopback."""
    away = namespace()

    def look(log):
        trace = course.fresh("lab") / "trace.txt"
        loop = [course.python, HERE / "loopback.py"]
        command = [course.python, HERE / "no_network.py", log]
        env = surroundings(PYTHONPATH=ROOT)
        run([*away, *loop, *traced(trace), *command], log, env=env)
        judge(trace, log)

    return [Case("course.py lab, a kernel", look)]


# --- JupyterLab, asked by its own interface ----------------------------------


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def start_lab(python, log, cwd=ROOT, env=None, user=None, venv=sys.prefix):
    """Start course.py lab, let a kernel calculate, and end it.

    What the server writes is added to the log.

    Raises
    ------
    Failed
        If it does not start, or the kernel does not answer.
    """
    port = free_port()
    command = [python, "course.py", "lab", "--no-browser", "--venv", venv]
    command += ["--port", port]
    if user is None:
        command.append("--allow-root")
    own = Path(str(log) + ".lab")
    own.touch()
    address = re.compile(rf"(http://\S+:{port})/lab\S*token=(\w+)")
    options = {"cwd": cwd, "env": env, "user": user}
    with child(command, own, **options) as process:
        if not wait_for(
            lambda: address.search(own.read_text()), process, 120
        ):
            raise Failed("JupyterLab did not start: " + own.read_text()[-300:])
        base, token = address.search(own.read_text()).groups()
        said = ask_kernel(base, token)
    with open(log, "a", encoding="utf-8") as out:
        out.write(own.read_text())
    if said != "42\n":
        raise Failed(f"6 * 7 in a kernel printed {said!r}")


def ask_kernel(base, token):
    """Let a server start a kernel, and return what `print(6 * 7)` prints."""
    url = f"{base}/api/kernels"
    question = {
        "header": {"msg_id": "1", "msg_type": "execute_request",
                   "session": "1", "username": "", "version": "5.3"},
        "parent_header": {}, "metadata": {}, "channel": "shell",
        "content": {"code": "print(6 * 7)", "silent": False},
    }
    with urlopen(f"{url}?token={token}", data=b"{}", timeout=60) as answer:
        number = json.load(answer)["id"]
    address = f"ws{url[len('http') :]}/{number}/channels?token={token}"
    channel = websocket.create_connection(address, timeout=60)
    channel.send(json.dumps(question))
    while True:
        message = json.loads(channel.recv())
        if message["msg_type"] == "stream":
            channel.close()
            return message["content"]["text"]


if __name__ == "__main__":
    start_lab(sys.executable, Path(sys.argv[1]))
