"""Seconds, energy and emissions of a block of code; a table of results.

Energy is that of CodeCarbon's offline tracker; NaN where it is missing.
"""

import csv
import functools
import io
import json
import logging
import math
import platform
import queue
import threading
import time
import warnings
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from importlib import metadata

MIN_SECONDS = 0.1  # CodeCarbon takes no sample in blocks under 0.05 s
SAMPLE_SECONDS = 1  # how often it looks at the power meanwhile
PATIENCE = 20  # seconds; finding the hardware takes 2, on busy machines 10
JOULES_PER_KWH = 3.6e6
# where the processor's power comes from, by CodeCarbon's name for it
MEASURED = {"intel_rapl": "RAPL counters", "AppleSiliconChip": "powermetrics",
            "intel_power_gadget": "Intel Power Gadget",
            "windows_emi": "Windows Energy Meter",
            "Raspberry": "the board's power circuit"}
TARGETS = ("file", "api", "logger", "prometheus", "logfire")  # none of them
_active = []  # the measurements going on now, outermost first
_given_up = []  # why CodeCarbon is not asked again in this process


@dataclass
class Measurement:
    """What a block of code took; filled in when the block ends."""

    seconds: float = math.nan
    energy_kwh: float = math.nan  # the three parts; NaN if there is no trust
    processor_kwh: float = math.nan
    memory_kwh: float = math.nan  # always from an assumed power
    accelerator_kwh: float = math.nan  # 0 where none was found
    emissions_g: float = math.nan  # gCO2e = energy_kwh * grid_g_per_kwh
    grid_g_per_kwh: float = math.nan  # gCO2e/kWh of the country's electricity
    country: str = "FRA"  # ISO code of three letters
    power: str = "unknown"  # the processor's: "measured" or "assumed"
    power_source: str = ""  # by what, or from what
    how_known: str = "unknown"  # what was measured, what assumed, in words
    reason: str = "the block has not ended"  # why the energy is NaN, else ""

    @property
    def watts(self):
        """Mean power over the block, in W; NaN like the energy."""
        return self.energy_kwh * JOULES_PER_KWH / self.seconds

    def __str__(self):
        if self.reason:
            return f"{self.seconds:.3g} s, energy unknown: {self.reason}"
        kwh = self.processor_kwh, self.memory_kwh, self.accelerator_kwh
        watts = [value * JOULES_PER_KWH / self.seconds for value in kwh]
        return (
            f"{self.seconds:.3g} s x {self.watts:.3g} W = "
            f"{self.energy_kwh:.3g} kWh; x {self.grid_g_per_kwh:.1f} gCO2e/kWh"
            f" ({self.country}) = {self.emissions_g:.3g} gCO2e\n"
            f"processor {watts[0]:.3g} W ({self.power_source}), memory "
            f"{watts[1]:.3g} W, accelerator {watts[2]:.3g} W: {self.how_known}"
        )


def keep_result(network, tool, accuracy, meter, path="my_results.csv"):
    """Add a row to the table of your own results, or say why it cannot be.

    `accuracy` is the share of the test sample, `meter` the `Measurement`.
    """
    row = {"network": network, "tool": tool, "accuracy": f"{accuracy:.4f}",
           "seconds": f"{meter.seconds:.3f}"}
    for part in ("energy", "processor", "memory", "accelerator"):
        row[f"{part}_wh"] = f"{1000 * getattr(meter, f'{part}_kwh'):.4g}"
    row["measured_or_assumed"] = meter.how_known
    row["machine"] = f"{platform.system()} {platform.machine()}"
    row["date"] = time.strftime("%Y-%m-%d")
    try:
        with open(path, "a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, row)
            if file.tell() == 0:
                writer.writeheader()
            writer.writerow(row)
        print(f"kept in {path}: {network}, {tool}")
    except OSError as error:
        print(f"{path} cannot be written ({error.strerror}): not kept")


@contextmanager
def measure(country="FRA"):
    """Measure time, energy and emissions of a `with` block.

    The tracker's start lies outside the clock. Energy is its mean power times
    the seconds of the block; without energy counters, this process's alone.
    `country` is as for `grid_intensity`. Yields a `Measurement`, complete when
    the block has ended. Source: CodeCarbon, https://codecarbon.io
    """
    result, tracker, start = Measurement(country=country), None, math.nan
    _active.append(result)
    try:
        try:
            result.grid_g_per_kwh = grid_intensity(country)
            if len(_active) > 1:
                raise RuntimeError("another measurement goes on around it")
            result.reason = prepare_meter()
            tracker = None if result.reason else _ask(_started, country)
        except RuntimeError as error:
            result.reason = str(error)
        start = time.perf_counter()
        yield result
    finally:
        result.seconds = time.perf_counter() - start
        _active.pop()
        try:
            if tracker is not None:
                _ask(_stop, tracker, result)
        except RuntimeError as error:
            result.reason = str(error)


def grid_intensity(country="FRA"):
    """Return the emissions of a country's electricity, in gCO2e/kWh.

    ValueError if CodeCarbon's table has no such ISO code of three letters.
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
        raise RuntimeError("CodeCarbon is not installed")
    name = "codecarbon/data/private_infra/global_energy_mix.json"
    try:  # as a file: importing the package would take half a second
        path = metadata.distribution("codecarbon").locate_file(name)
        return dict(json.loads(path.read_text(encoding="utf-8")).items())
    except (OSError, ValueError, AttributeError) as error:
        raise RuntimeError(f"its grids cannot be read ({error})") from None


def codecarbon_version():
    """Return CodeCarbon's version, "" if it is not installed."""
    try:
        return metadata.version("codecarbon")
    except metadata.PackageNotFoundError:
        return ""


@functools.lru_cache(maxsize=1)
def prepare_meter():
    """Let CodeCarbon find the hardware (about 2 s); return "" if it works.

    Otherwise, or after `PATIENCE` seconds, why there will be no energies.
    """
    try:
        _ask(_ask(_started, "FRA").stop)
        return ""
    except RuntimeError as error:
        return str(error)


def _ask(function, *arguments):
    """Return what a function of CodeCarbon returns, or raise RuntimeError.

    It runs in a thread; one that does not answer in time is left behind.
    """
    answer = queue.SimpleQueue()

    def work():
        try:
            answer.put((function(*arguments), ""))
        except (Exception, SystemExit) as error:
            words = f"CodeCarbon failed ({type(error).__name__}: {error})"
            answer.put((None, words))

    result, problem = None, _given_up[0] if _given_up else ""
    with _quiet():
        if not problem:
            threading.Thread(target=work, daemon=True).start()
            try:
                result, problem = answer.get(timeout=PATIENCE)
            except queue.Empty:
                problem = f"CodeCarbon did not answer within {PATIENCE} s"
                _given_up.append(problem)
    if problem:
        raise RuntimeError(problem)
    return result


def _started(country):
    """Return a tracker that has started."""
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
    # CodeCarbon swallows its own errors: what counts is what it did
    if getattr(tracker, "_start_time", None) is None:
        raise OSError("it did not start")
    return tracker


def _stop(tracker, result):
    """Stop a tracker; put into the result what it has found."""
    tracker.stop()
    data = tracker.final_emissions_data
    energy, duration = float(data.energy_consumed), float(data.duration)
    result.power, result.power_source = power_source(tracker)
    gpu = any(type(part).__name__ == "GPU" for part in tracker._hardware)
    result.how_known = f"processor {result.power}, memory assumed, "
    result.how_known += "accelerator measured" if gpu else "no accelerator"
    if result.seconds < MIN_SECONDS:
        result.reason = f"the block is too short (under {MIN_SECONDS} s)"
    elif not (0 < energy < math.inf and 0 < duration < math.inf):
        result.reason = "CodeCarbon gave no energy"
    else:  # its clock starts a little earlier than ours: keep the mean power
        scale = result.seconds / duration
        result.energy_kwh = energy * scale
        result.processor_kwh = float(data.cpu_energy) * scale
        result.memory_kwh = float(data.ram_energy) * scale
        result.accelerator_kwh = float(data.gpu_energy) * scale
        result.emissions_g = result.energy_kwh * result.grid_g_per_kwh


def power_source(tracker):
    """Return whether the processor's power was measured, and by what."""
    for part in tracker._hardware:
        kind = type(part).__name__
        mode = getattr(part, "_mode", None) if kind == "CPU" else kind
        if mode in MEASURED:
            return "measured", MEASURED[mode]
        if mode == "cpu_load":
            return "assumed", f"rated {part._tdp:.3g} W x load"
        if kind == "CPU":
            return "assumed", "half of the rated power"
    return "unknown", "no processor was found"


@contextmanager
def _quiet():
    """Keep CodeCarbon's log and warnings out of the notebook."""
    logger = logging.getLogger("codecarbon")
    logger.setLevel(logging.CRITICAL + 1)  # its first lines come early
    try:
        with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:  # the tracker sets its own level
        logger.setLevel(logging.CRITICAL + 1)
