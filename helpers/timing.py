"""Seconds, energy and emissions of a block of code.

Energy and emissions are those of CodeCarbon's offline tracker: no network,
nothing written. Where it is missing or fails, time is still right and the
energy is NaN with a reason.
"""

import contextlib
import functools
import io
import json
import logging
import math
import queue
import threading
import time
import warnings
from dataclasses import dataclass
from importlib import metadata

MIN_SECONDS = 0.1  # CodeCarbon takes no sample in blocks under 0.05 s
SAMPLE_SECONDS = 1  # how often it looks at the power meanwhile
PATIENCE = 20  # seconds; finding the hardware takes 2, on busy machines 10
JOULES_PER_KWH = 3.6e6
# where the processor's power comes from, by CodeCarbon's name for it
MEASURED = {
    "intel_rapl": "RAPL counters",
    "intel_power_gadget": "Intel Power Gadget",
    "windows_emi": "Windows Energy Meter",
}
TARGETS = ("file", "api", "logger", "prometheus", "logfire")  # none of them
_active = []  # the measurements going on now, outermost first
_given_up = []  # why CodeCarbon is not asked again in this process


@dataclass
class Measurement:
    """What a block of code took; filled in when the block ends."""

    seconds: float = math.nan
    energy_kwh: float = math.nan  # NaN if there is none to trust
    emissions_g: float = math.nan  # gCO2e = energy_kwh * grid_g_per_kwh
    grid_g_per_kwh: float = math.nan  # gCO2e/kWh of the country's electricity
    country: str = "FRA"  # ISO code of three letters
    # the processor's power, "measured", "modelled" or "unknown", and by what;
    # the memory's power is always modelled
    power: str = "unknown"
    power_source: str = ""
    reason: str = "the block has not ended"  # why the energy is NaN, else ""

    @property
    def watts(self):
        """Mean power over the block, in W; NaN like the energy."""
        return self.energy_kwh * JOULES_PER_KWH / self.seconds

    def __str__(self):
        time_part = f"{self.seconds:.3g} s"
        if self.reason:
            return f"{time_part}, energy unknown: {self.reason}"
        return (
            f"{time_part} x {self.watts:.3g} W = {self.energy_kwh:.3g} kWh; "
            f"x {self.grid_g_per_kwh:.1f} gCO2e/kWh ({self.country}) = "
            f"{self.emissions_g:.3g} gCO2e; power {self.power} "
            f"({self.power_source})"
        )


@contextlib.contextmanager
def measure(country="FRA"):
    """Measure time, energy and emissions of a `with` block.

    Hardware detection and the tracker's start lie outside the clock. Energy is
    the tracker's mean power times the seconds of the block. The power is that
    of this process, so that other people's work on a shared machine is not
    billed; where the processor has energy counters they count all of it.
    `country` is an ISO code of three letters, ValueError if CodeCarbon's table
    lacks it. Yields a `Measurement`, complete when the block has ended.

    Source: CodeCarbon, https://codecarbon.io
    """
    result = Measurement(country=country)
    tracker, start = None, math.nan
    problem = "another measurement was going on around it" if _active else ""
    if not codecarbon_version():
        problem = "CodeCarbon is not installed"
    else:
        try:
            result.grid_g_per_kwh = grid_intensity(country)
        except RuntimeError as error:
            problem = str(error)
    _active.append(result)
    try:
        if not problem:
            problem = prepare_meter()
        if not problem:
            tracker, problem = _new_tracker(country)
        start = time.perf_counter()
        yield result
    finally:
        result.seconds = time.perf_counter() - start
        _active.pop()
        if tracker is not None:
            problem = _stop(tracker, result)
        result.reason = problem


def grid_intensity(country="FRA"):
    """Return the emissions of a country's electricity, in gCO2e/kWh.

    ValueError if CodeCarbon's table has no such ISO code of three letters,
    RuntimeError if the table cannot be read.

    Source: CodeCarbon's global_energy_mix.json, after Our World in Data.
    """
    table = grid_table()
    if not isinstance(country, str) or country not in table:
        raise ValueError(
            "country: expected an ISO code of three letters that CodeCarbon "
            f'knows, such as "FRA" or "DEU", got {country!r}'
        )
    return float(table[country]["carbon_intensity"])


@functools.lru_cache(maxsize=1)
def grid_table():
    """Return CodeCarbon's table of national grids: {code: properties}."""
    if not codecarbon_version():
        raise RuntimeError("the table of grids comes with CodeCarbon")
    # read as a file: importing the package would take half a second
    package = metadata.distribution("codecarbon")
    path = package.locate_file(
        "codecarbon/data/private_infra/global_energy_mix.json"
    )
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        return dict(table.items())
    except (OSError, ValueError, AttributeError) as error:
        raise RuntimeError(
            f"CodeCarbon's table of grids cannot be read ({error})"
        ) from None


def codecarbon_version():
    """Return CodeCarbon's version, "" if it is not installed."""
    try:
        return metadata.version("codecarbon")
    except metadata.PackageNotFoundError:
        return ""


@functools.lru_cache(maxsize=1)
def prepare_meter():
    """Let CodeCarbon find the hardware now, once a process (about 2 s).

    Returns "" if it works, otherwise why there will be no energy figures:
    where it does not come back, it is left alone after `PATIENCE` seconds.
    """
    tracker, problem = _new_tracker("FRA")
    if tracker is not None:
        _, problem = _ask(tracker.stop)
    return problem


def _new_tracker(country):
    """Return (a started tracker or None, what went wrong or "")."""

    def make():
        from codecarbon import OfflineEmissionsTracker

        tracker = OfflineEmissionsTracker(
            country_iso_code=country,
            measure_power_secs=SAMPLE_SECONDS,
            tracking_mode="process",
            allow_multiple_runs=True,  # no lock file
            **{f"save_to_{target}": False for target in TARGETS},
            log_level="critical",
        )
        tracker.start()
        return tracker

    tracker, problem = _ask(make)
    if problem:
        return None, problem
    # CodeCarbon swallows its own errors: what counts is what it did
    if getattr(tracker, "_start_time", None) is None:
        return None, "CodeCarbon did not start"
    return tracker, ""


def _ask(function):
    """Return (what a function of CodeCarbon returns, what went wrong).

    It runs in a thread; one that does not answer in time is left behind.
    """
    if _given_up:
        return None, _given_up[0]
    answer = queue.SimpleQueue()

    def work():
        try:
            answer.put((function(), ""))
        except (Exception, SystemExit) as error:
            words = f"CodeCarbon failed ({type(error).__name__}: {error})"
            answer.put((None, words))

    with _quiet():
        threading.Thread(target=work, daemon=True).start()
        try:
            return answer.get(timeout=PATIENCE)
        except queue.Empty:
            _given_up.append(f"CodeCarbon did not answer within {PATIENCE} s")
            return None, _given_up[0]


def _stop(tracker, result):
    """Read the tracker into the result; return what went wrong or ""."""
    _, problem = _ask(tracker.stop)
    if problem:
        return problem
    try:
        data = tracker.final_emissions_data
        energy, duration = float(data.energy_consumed), float(data.duration)
        hardware = [
            (type(part).__name__, getattr(part, "_mode", None))
            for part in tracker._hardware
        ]
    except Exception as error:
        return f"CodeCarbon failed ({type(error).__name__}: {error})"
    result.power, result.power_source = _power_source(hardware)
    if result.seconds < MIN_SECONDS:
        return f"the block is too short (under {MIN_SECONDS} s)"
    if not (0 < energy < math.inf and 0 < duration < math.inf):
        return "CodeCarbon gave no energy"
    # its clock starts a little earlier than ours: keep the mean power
    result.energy_kwh = energy / duration * result.seconds
    result.emissions_g = result.energy_kwh * result.grid_g_per_kwh
    return ""


def _power_source(hardware):
    """Return (measured or modelled, in words) from the tracker's parts."""
    for kind, mode in hardware:
        if kind == "AppleSiliconChip":
            return "measured", "powermetrics"
        if kind == "Raspberry":
            return "measured", "the board's power circuit"
        if kind == "CPU" and mode in MEASURED:
            return "measured", MEASURED[mode]
        if kind == "CPU" and mode == "cpu_load":
            return "modelled", "processor's rated power and load"
        if kind == "CPU":
            return "modelled", "half of the processor's rated power"
    return "unknown", "no processor was found"


@contextlib.contextmanager
def _quiet():
    """Keep CodeCarbon's log and warnings out of the notebook."""
    logger = logging.getLogger("codecarbon")
    logger.setLevel(logging.CRITICAL + 1)  # before it logs its first lines
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with contextlib.redirect_stderr(io.StringIO()):
                yield
    finally:  # the tracker sets its own level
        logger.setLevel(logging.CRITICAL + 1)
