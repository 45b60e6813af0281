"""Set the loopback interface up, then become the command that is given.

    python loopback.py COMMAND ...

For a fresh network namespace, in which even loopback is down.
"""

import fcntl
import os
import socket
import struct
import sys

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    request = struct.pack("16sh14x", b"lo", 0)
    answer = fcntl.ioctl(control, SIOCGIFFLAGS, request)
    (flags,) = struct.unpack_from("h", answer, 16)
    request = struct.pack("16sh14x", b"lo", flags | IFF_UP)
    fcntl.ioctl(control, SIOCSIFFLAGS, request)
os.execvp(sys.argv[1], sys.argv[1:])
