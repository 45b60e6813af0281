"""How much there is to read and to solve in a notebook.

    python -m tools.weight [NN ...]     from the sources, without a build

Counted is what a student reads: no cell that only draws, and nothing that
student copies leave out. The core ends where a heading *Going further*, *On
your own* or *Further reading* begins, and goes on after it.
"""

import re
import sys
from statistics import median

from exercises.source import SOURCES

# the speed at which the instructor's table reads, a minute (it says why)
WORDS, FORMULAS, LINES = 120, 6, 20
FORMULA = r"\$\$.+?\$\$|\$[^$]+\$"
NOT_READ = {"draws", "instructor", "solution-only"}
FURTHER = r"(#+) (?:Going further|On your own|Further reading)"
HEADING = r"^#+ .*$"
TASK = r"^### Exercise \S+ \((\d+) min"
ASKED = r"\*\*(?:Question|Before you go on),? \d+\.Q\d+ \((\d+) min"


def counted(cells):
    """Return what there is to read and to solve.

    Parameters
    ----------
    cells : list of nbformat.NotebookNode
        Of a complete notebook, or of a source.

    Returns
    -------
    dict
        "words", "formulas", "lines" (of open code), "reading" (min),
        "exercises", "solving" (min; questions are in it), "core" and "all"
        (min), "cell" (median lines of an open code cell), "stretch" (the
        longest without something to do, in words + 4 x lines of open code).
    """
    found = dict.fromkeys(("words", "formulas", "lines", "exercises"), 0)
    minutes = {True: 0, False: 0}  # in the core, beyond it
    solving, level, sizes, stretch, longest = 0, None, [], 0, 0
    for cell in cells:
        tags = set(cell.metadata.get("tags", []))
        if NOT_READ & tags or any(tag.startswith("answer-") for tag in tags):
            continue
        if cell.cell_type == "code":
            lines = sum(bool(x.strip()) for x in cell.source.splitlines())
            found["lines"] += lines
            sizes.append(lines)
            minutes[level is None] += lines / LINES
            to_do = any(tag.startswith("exercise-") for tag in tags)
            stretch = 0 if to_do else stretch + 4 * lines
            longest = max(longest, stretch)
            continue
        for part in re.split(rf"(?m)(?={HEADING})", cell.source):
            level = _further(part, level)
            prose, formulas = re.subn(FORMULA, " ", part, flags=re.DOTALL)
            words = len(re.findall(r"[A-Za-z]{2,}", prose))
            tasks = [int(n) for n in re.findall(TASK, part, re.MULTILINE)]
            to_do = sum(tasks) + sum(map(int, re.findall(ASKED, part)))
            found["words"] += words
            found["formulas"] += formulas
            found["exercises"] += len(tasks)
            solving += to_do
            minutes[level is None] += words / WORDS + formulas / FORMULAS
            minutes[level is None] += to_do
            longest = max(longest, stretch + words)
            to_do = to_do or part.startswith("## On your own")
            stretch = 0 if to_do else stretch + words
    reading = sum(minutes.values()) - solving
    return {
        **found, "reading": reading, "solving": solving,
        "core": minutes[True], "all": sum(minutes.values()),
        "cell": median(sizes or [0]), "stretch": longest,
    }


def _further(part, level):
    """Return the level of the heading where further things began, or None."""
    heading = re.match(r"#+(?= )", part)
    if not heading:
        return level
    depth = len(heading.group())
    if level is not None and depth > level:
        return level
    return depth if re.match(FURTHER, part) else None


def main(arguments):
    """Print the weight of the notebooks named, of all by default."""
    from tools.build import read_source

    names = arguments or [""]
    for path in sorted(SOURCES.glob("[0-9][0-9]_*.py")):
        if path.name.startswith(tuple(names)):
            there = counted(read_source(path).cells)
            print(path.stem, *(f"{k} {v:.0f}" for k, v in there.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
