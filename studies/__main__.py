"""Run a study, or check its table: python3 course.py study NAME."""

import argparse
import importlib
import sys
from pathlib import Path

from helpers.data import STUDIES, DataError
from studies import checking, clock, engine

NAMES = ("architecture", "learning_rate", "overtraining", "comparison")


def main(arguments=None):
    """Run or check a study; return the exit code."""
    options = parse(arguments)
    folder = Path(options.folder or STUDIES / ("quick" * options.quick))
    study = importlib.import_module(f"studies.{options.study}")
    try:
        if study is clock:
            folder.mkdir(parents=True, exist_ok=True)
            clock.run(folder, options.rows)
            return 0
        settings = study.SETTINGS
        if options.quick:
            settings = engine.shortened(settings)
        if options.check:
            return checking.check(study, settings, folder, options.rows)
        engine.run(study, settings, folder, options.scheduler)
    except KeyboardInterrupt:
        print("\nInterrupted. What is finished is kept: run it again.")
        return 130
    except (DataError, OSError, ImportError) as error:
        print(f"course.py study {options.study}: {error}", file=sys.stderr)
        return 1
    return 0


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="course.py study", description=__doc__.split(":")[0]
    )
    parser.add_argument("study", choices=(*NAMES, "clock"), metavar="NAME",
                        help=", ".join([*NAMES, "clock"]))
    parser.add_argument("--quick", action="store_true",
                        help="a dozen trainings, far too short: is all well?")
    parser.add_argument("--check", action="store_true",
                        help="train some rows again and compare")
    parser.add_argument("--rows", type=int, default=3, metavar="N",
                        help="how many trainings to check, or rounds of the "
                        "clock to add (default: 3)")
    parser.add_argument("--scheduler", metavar="ADDRESS",
                        help="of a Dask cluster, such as tcp://10.0.0.1:8786")
    parser.add_argument("--folder", metavar="DIR",
                        help="where the table is (default: data/studies)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
