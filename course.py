"""The one entry to the course: python3 course.py COMMAND.

Needs a supported Python and nothing else; every command first makes sure
that the environment (.venv, or --venv DIR) holds what requirements.txt names.
"""

import argparse
import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST, NEWEST = (3, 9), (3, 13)
MINOR = "{}.{}".format(*sys.version_info)
STAMP = "course-installed.txt"  # in the environment, written last
SITE_STAMP = "course-site-installed.txt"  # the same for the site's tools
SITE_TOOLS = "docs/requirements.txt"
CLUSTER_STAMP = "course-cluster-installed.txt"  # ... and for Dask
CLUSTER_TOOLS = "studies/requirements.txt"
FIRST = "notebooks/student/00_start_here.ipynb"
LAB_EXTENSIONS = "tools/labextensions"  # for figures, and the "changed" mark
CELL_SECONDS = 120  # far above any cell; nbval's own limit is 2,000
# the tests that `test --quick` leaves out, beside the notebooks: they start
# browsers and kernels, or load TensorFlow
SLOW = ("test_site.py", "test_jupyterlab.py", "test_tensorflow.py")
SLOW += ("test_notebook_10.py", "test_nbval_ends.py", "test_draw.py")
SLOW += ("test_mutants.py", "test_carried.py", "test_play.py")
SLOW += ("test_studies.py",)


def main(arguments=None):
    """Run one command and return its exit code."""
    parser, commands = build_parser()
    options, rest = parser.parse_known_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    if rest and options.command not in PASSES_ON:
        commands[options.command].error("unknown argument: " + rest[0])
    complaint = unsupported_python(sys.version_info[:2])
    if complaint:
        print(complaint, file=sys.stderr)
        return 1
    try:
        python = prepare_environment(options.venv)
        return RUN[options.command](python, options, rest)
    except CourseError as error:
        print("course.py: " + str(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ncourse.py: interrupted; run the same command again")
        return 130


class CourseError(Exception):
    """What went wrong, in words for the person at the keyboard."""


def build_parser():
    parser = argparse.ArgumentParser(
        prog="course.py", description="Introduction to deep learning, hands-on"
    )
    sub = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands = {}
    for name, words in HELP.items():
        command = sub.add_parser(
            name, help=words, description=words, allow_abbrev=False
        )
        command.add_argument(
            "--venv",
            metavar="DIR",
            default=str(ROOT / ".venv"),
            help="where the environment is (default: .venv)",
        )
        commands[name] = command
    commands["lab"].add_argument(
        "--no-browser", action="store_true", help="only print the address"
    )
    commands["lab"].add_argument("--port", type=int, metavar="N")
    extent = commands["test"].add_mutually_exclusive_group()
    extent.add_argument(
        "--with-site",
        action="store_true",
        help="install the site's tools and Dask, look at site and JupyterLab "
        "in a browser, and run a study on a cluster, too",
    )
    extent.add_argument(
        "--quick",
        action="store_true",
        help="about a minute: leave out the notebooks, and of tests/ "
        + ", ".join(SLOW),
    )
    for name in ("build", "pull"):
        commands[name].add_argument(
            "notebooks", nargs="*", metavar="NN", help="numbers, such as 04"
        )
    return parser, commands


def unsupported_python(version):
    """Return a line that says which Python serves, or None if this one does.

    Parameters
    ----------
    version : tuple of int
        (major, minor).
    """
    if OLDEST <= version <= NEWEST:
        return None
    line = (
        "course.py: Python {}.{} to {}.{} serve, and this is {}.{}: "
        "TensorFlow has ready-made packages (wheels) for those only."
    ).format(*OLDEST, *NEWEST, *version)
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        name = f"python3.{minor}"
        if shutil.which(name) and answers(name, "--version"):
            return line + f" This machine has one: {name} course.py"
    return line


def without_tensorflow(system, machine):
    """Return a sentence where TensorFlow has no package, otherwise None.

    Parameters
    ----------
    system, machine : str
        `sys.platform` and `platform.machine()`; requirements.txt has the same
        rule as a marker.
    """
    words = {
        ("darwin", "x86_64"): "Macs with Intel processors",
        ("win32", "ARM64"): "Windows on Arm",
    }.get((system, machine))
    if words is None:
        return None
    return (
        f"There is no TensorFlow for {words}: all else is installed, and "
        "the notebooks that need it say what they cannot run."
    )


def answers(*command):
    """Return what a command prints, without line ends; "" if it fails."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return ""
    return done.stdout.decode().strip() if done.returncode == 0 else ""


# --- the environment ------------------------------------------------------


def prepare_environment(folder):
    """Make the environment where it is missing; return its Python.

    An environment counts as finished only if its stamp, written last,
    matches requirements.txt; anything else is installed (again).
    """
    folder = Path(folder).expanduser().absolute()
    python = environment_python(folder)
    wanted = fingerprint(folder)
    stamp = folder / STAMP
    if python.exists() and stamp.exists():
        if stamp.read_text(encoding="utf-8") == wanted:
            return python
    make_environment(folder, python)
    missing = without_tensorflow(sys.platform, platform.machine())
    if missing:
        print(missing, flush=True)
    print(
        "Installing what requirements.txt names: some minutes, and about "
        "2 GB of disk. Only the first time.",
        flush=True,
    )
    install(python, "requirements.txt")
    quiet_jupyterlab(folder)
    write_stamp(stamp, wanted)
    return python


def prepare_tools(python, folder, tools, stamp):
    """Install another list of requirements, too, unless it is there."""
    folder = Path(folder).expanduser().absolute()
    stamp = folder / stamp
    wanted = fingerprint(folder, "requirements.txt", tools, "pyproject.toml")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print(f"Installing what {tools} names.", flush=True)
    if (folder / STAMP).exists():
        (folder / STAMP).unlink()  # stopped from here on, it is made anew
    try:
        install(python, tools)
    except CourseError:  # no network: pip has left all as it was
        write_stamp(folder / STAMP, fingerprint(folder))
        raise
    write_stamp(folder / STAMP, fingerprint(folder))
    write_stamp(stamp, wanted)


def prepare_site_tools(python, folder):
    prepare_tools(python, folder, SITE_TOOLS, SITE_STAMP)


def prepare_cluster(python, folder):
    prepare_tools(python, folder, CLUSTER_TOOLS, CLUSTER_STAMP)


def write_stamp(stamp, text):
    """Write a file whole or not at all."""
    fresh = stamp.with_name(stamp.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(str(fresh), str(stamp))


def environment_python(folder):
    if os.name == "nt":
        return folder / "Scripts" / "python.exe"
    return folder / "bin" / "python"


def fingerprint(folder, *lists):
    """Return what decides whether an environment is up to date, as text."""
    content = b"".join(
        (ROOT / name).read_bytes() for name in lists or ["requirements.txt"]
    )
    digest = hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
    parts = [digest, MINOR, platform.machine()]
    return "\n".join([*parts, str(ROOT), str(folder)]) + "\n"


def make_environment(folder, python):
    """Create the virtual environment, unless a whole one is there.

    One without a stamp was left by an installation that did not end: pip
    takes what was half-written for installed, so it is made anew.
    """
    whole = (folder / STAMP).exists()
    for name in (STAMP, SITE_STAMP, CLUSTER_STAMP):
        if (folder / name).exists():
            (folder / name).unlink()  # from here on it is unfinished
    # empty folders are what an interrupted `venv` leaves at first
    if folder.exists() and any(path.is_file() for path in folder.rglob("*")):
        if not (folder / "pyvenv.cfg").exists():
            raise CourseError(
                f"{folder} holds other things; give --venv a new "
                "folder, or an empty one"
            )
        if whole and works(python):
            return
    print(f"Making the environment in {folder}", flush=True)
    made = subprocess.call([sys.executable, "-m", "venv", "--clear", folder])
    if made != 0:
        raise CourseError(
            "this Python could not make an environment (on Debian and Ubuntu: "
            "sudo apt install python3-venv)"
        )


def works(python):
    """Is this Python there, of our version, and is its pip whole?

    pip is not if its own upgrade was interrupted; then it could not even
    install itself.
    """
    if not python.exists():
        return False
    code = "import pip._internal.commands.install, sys; "
    code += "print('{}.{}'.format(*sys.version_info))"
    return answers(str(python), "-c", code) == MINOR


def install(python, requirements):
    """Install a list of requirements, a path from the course's folder."""
    start = time.perf_counter()
    command = [str(python), "-m", "pip", "install", "--prefer-binary"]
    command += ["--disable-pip-version-check", "--quiet"]
    # an old pip, as Python 3.9 brings it, looks for versions for an hour
    subprocess.call([*command, "--upgrade", "pip>=24"], cwd=str(ROOT))
    code = subprocess.call([*command, "-r", requirements], cwd=str(ROOT))
    if code != 0:
        raise CourseError(
            "the installation did not finish (above: why). With a network, "
            "run the same command again."
        )
    took = time.perf_counter() - start
    print(f"Installed in {took:.0f} s.", flush=True)


def quiet_jupyterlab(folder):
    """Let JupyterLab fetch no news, and its kernels not warn of themselves.

    They do because they are reached over TCP: within this machine alone.
    """
    news = "@jupyterlab/apputils-extension:notification"
    settings = {
        "share/jupyter/lab/settings/overrides.json": {
            news: {"fetchNews": "false", "checkForUpdates": False}
        },
        "etc/ipython/ipython_kernel_config.json": {
            "IPKernelApp": {"log_level": "ERROR"}
        },
    }
    for name, content in settings.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, indent=2) + "\n"
        path.write_text(text, encoding="utf-8")


# --- the commands ---------------------------------------------------------


def run(python, *arguments):
    """Run the environment's Python in the course's folder; its exit code."""
    command = [str(python), *[str(argument) for argument in arguments]]
    with writable_home() as variables:
        process = subprocess.Popen(command, cwd=str(ROOT), env=variables)
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # the child got it too, and answers for itself


@contextlib.contextmanager
def writable_home():
    """Yield variables for a child: another home where one cannot write.

    Jupyter, IPython, Matplotlib and Keras keep settings in the home folder.
    """
    home = os.path.expanduser("~")
    if os.path.isdir(home) and os.access(home, os.W_OK | os.X_OK):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="course-home-") as folder:
        print(
            f"The home folder {home} cannot be written: Jupyter's settings "
            f"go to {folder}, and are gone when this ends.",
            flush=True,
        )
        yield {**os.environ, "HOME": folder, "USERPROFILE": folder}


def lab(python, options, rest):
    arguments = ["--ServerApp.root_dir=" + str(ROOT)]
    arguments += ["--LabApp.default_url=/lab/tree/" + FIRST]
    extensions = str(ROOT / LAB_EXTENSIONS)
    arguments += ["--LabApp.extra_labextensions_path=" + extensions]
    if not given(rest, "ip"):
        arguments.append("--ServerApp.ip=127.0.0.1")  # this machine alone
    if not given(rest, "debug|log[-_]level"):
        # or it warns of each notebook that nobody has run and saved here
        arguments.append("--Application.log_level=ERROR")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # as in containers
    if options.no_browser or not has_browser():
        arguments.append("--no-browser")
    if options.port is not None:
        arguments.append(f"--port={options.port}")
    print("JupyterLab starts; Control-C, pressed twice, ends it.", flush=True)
    return run(python, "-m", "jupyterlab", *arguments, *rest)


def given(rest, names):
    """Do arguments for JupyterLab hold an option, in whatever form?"""
    pattern = re.compile(rf"--(\w+\.)?({names})(=|$)")
    return any(pattern.match(argument) for argument in rest)


def has_browser():
    try:
        return webbrowser.get() is not None
    except webbrowser.Error:
        return False


def test(python, options, rest):
    """Lint, then unit tests and complete notebooks in one parallel run.

    With --quick, neither notebooks nor the tests that take long.
    """
    if options.with_site:
        prepare_site_tools(python, options.venv)
        prepare_cluster(python, options.venv)
    # no cache: the checkout may be one that nobody can write to
    lint = run(python, "-m", "ruff", "check", "--quiet", "--no-cache", ".")
    print("ruff: " + ("clean" if lint == 0 else "see above"), flush=True)
    arguments = ["-m", "pytest", "--nbval", "--nbval-current-env"]
    arguments.append(f"--nbval-cell-timeout={CELL_SECONDS}")
    arguments += ["-n", min(os.cpu_count() or 1, 4), "--dist", "loadfile"]
    if not any(names_a_path(argument) for argument in rest):
        if options.quick:
            arguments += [f"--ignore=tests/{name}" for name in SLOW]
        else:  # the notebooks first: they take longest
            paths = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
            arguments += [path.relative_to(ROOT).as_posix() for path in paths]
        arguments += ["tests"]
    return run(python, *arguments, *rest) or lint


def names_a_path(argument):
    name = re.split("::", argument)[0]
    return not name.startswith("-") and (ROOT / name).exists()


def build(python, options, rest):
    return run(python, "-m", "tools.build", "build", *options.notebooks)


def pull(python, options, rest):
    return run(python, "-m", "tools.build", "pull", *options.notebooks)


def bench(python, options, rest):
    return run(python, "-m", "tools.bench", *rest)


def study(python, options, rest):
    if given(rest, "scheduler"):
        prepare_cluster(python, options.venv)
    return run(python, "-m", "studies", *rest)


def site(python, options, rest):
    prepare_site_tools(python, options.venv)
    return run(python, "-m", "tools.site", *rest)


def stress(python, options, rest):
    return run(python, "-m", "tools.stress", *rest)


HELP = {
    "lab": "open JupyterLab on the first notebook",
    "test": "lint, unit tests and all notebooks; more arguments go to pytest",
    "build": "execute notebooks/source/NN_*.py into complete and student "
    "notebooks (all, or the numbers given)",
    "pull": "take edits made in a complete notebook back into its source",
    "study": "run an experiment of studies/ and keep its table: NAME, "
    "architecture, learning_rate or overtraining; --quick, --check, "
    "--scheduler ADDRESS",
    "bench": "measure the course's networks, data and meter",
    "site": "build the web site of the stored notebooks (--without-solutions, "
    "--output DIR)",
    "stress": "run the notebooks under bad conditions, for an hour or more "
    "(--list)",
}
PASSES_ON = ("lab", "test", "study", "bench", "site", "stress")
RUN = {
    "lab": lab,
    "test": test,
    "build": build,
    "pull": pull,
    "study": study,
    "bench": bench,
    "site": site,
    "stress": stress,
}

if __name__ == "__main__":
    sys.exit(main())
