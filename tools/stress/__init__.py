"""The scenarios of `python3 course.py stress`: notebooks in bad conditions.

children     run a command or the strict comparison, with a log; a fresh clone
report       cases, their outcomes, the table
in_kernel    a notebook in a kernel of its own: restarted, interrupted
no_network   no interface, and every connection traced
versions     Python 3.9 to 3.13, the lowest and the newest packages
shared       another user's read-only folder, several at once
starts       any start: folders, twice, hash seeds, locales, threads
interrupts   building, testing, installing, training: stopped midway
"""
