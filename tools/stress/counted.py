"""Run a command, and write down what the kernel counted of its network.

    python counted.py FILE COMMAND ...

For a fresh network namespace without any interface: there, each attempt to
reach any address, by any process, ends at the missing route, and is counted.
"""

import subprocess
import sys
from pathlib import Path

COUNTERS = ("OutNoRoutes", "Ip6OutNoRoutes", "OutRequests", "Ip6OutRequests")


def counters():
    """Return {name: number} of packets sent, and of routes not found."""
    found = {}
    lines = Path("/proc/net/snmp").read_text().splitlines()
    names, values = [line.split() for line in lines if line[:3] == "Ip:"]
    found.update(zip(names, values))
    six = Path("/proc/net/snmp6")
    if six.exists():
        found.update(line.split() for line in six.read_text().splitlines())
    return {name: int(found.get(name, 0)) for name in COUNTERS}


if __name__ == "__main__":
    code = subprocess.call(sys.argv[2:])
    text = "\n".join(f"{k} {v}" for k, v in counters().items())
    Path(sys.argv[1]).write_text(text + "\n")
    sys.exit(code)
