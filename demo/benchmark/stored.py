"""Stored figures of the shipped models, and those that others published. Knows nothing of the page."""

import json
from pathlib import Path
from typing import NamedTuple

from demo.rescale.rescaled import calibrated
from demo.rescale.tabs.rivals import entrants
from irn_core.measure.bench import paper_name
from irn_core.measure.filters import FILTERS
from irn_core.nets.irn import IRN
from irn_core.weights import find_weights, list_weights, model_tag, read_info

ASSETS = Path(__file__).parents[2] / "assets"
RESULTS, PUBLISHED = ASSETS / "results", ASSETS / "published" / "rescaling.json"
DATA_SETS = ("Set5", "BSD100")
"""Results are stored as {model}-{data set}-tau0.json, those of refined LRs as {model}-{data set}-tau0-refine20.json."""
REFINED = 20
CODEC, RATES = "icn", "icn-Kodak12.json"
BENCH = "bench.json"


class Origin(NamedTuple):
    """How a stored file came about; None where it does not say. Stale: not by the weights that ship now."""

    command: str | None
    date: str | None
    weights: str | None
    stale: bool


class Result(NamedTuple):
    """Means over a data set, by the keys of `evaluate`."""

    mean: dict[str, float | None]
    origin: Origin


class Model(NamedTuple):
    """A shipped model, and its results at tau 0 by data set, of those that are stored."""

    name: str
    scale: int
    params: int
    results: dict[str, Result]


class Published(NamedTuple):
    """A row of others: PSNR-Y (dB) and SSIM by data set; None where they do not say."""

    name: str
    scale: int
    params: int | None
    scores: dict[str, tuple[float, float | None]]


class Rates(NamedTuple):
    """BD-rates against JPEG in percent by codec, at equal PSNR and at equal SSIMULACRA2, over a number of pictures.

    `curves` has bits per pixel and PSNR-RGB of each codec, the means over the pictures.
    """

    bd_rates: dict[str, float | None]
    looks: dict[str, float | None]
    curves: dict[str, list[tuple[float, float]]]
    pictures: int
    origin: Origin


class Timing(NamedTuple):
    """A model that was timed: seconds per megapixel, and its PSNR-Y (dB) on BSD100, measured here or published."""

    name: str
    scale: int
    down_s: float
    up_s: float
    psnr_y: float
    ours: bool


class Bench(NamedTuple):
    """The models that were timed in one run, and on what."""

    timings: list[Timing]
    processor: str
    threads: int
    origin: Origin


def shipped(folder: Path = RESULTS, refine: int = 0) -> list[Model]:
    """The rescaling models that ship, by scale, with what `folder` holds of them, or of their LRs refined."""
    models, ending = [], f"-refine{refine}" if refine else ""
    for info in map(read_info, list_weights(IRN)):
        found = {data: _read(folder / f"{info.name}-{data}-tau0{ending}.json") for data in DATA_SETS}
        results = {data: Result(file["mean"], _origin(file, info.name)) for data, file in found.items() if file}
        models.append(Model(info.name, info.config.scale, info.params, results))
    return sorted(models, key=lambda model: (model.scale, model.name))


def competing(scale: int, folder: Path = RESULTS) -> list[Model]:
    """Filters, rivals, and ours, at a scale, with what `folder` holds of them: {name}-x{scale}-… of a filter."""
    models = []
    for name in entrants(calibrated(scale)):
        of_filter = name in FILTERS
        info = None if of_filter else read_info(find_weights(name))
        stored = {data: _read(folder / f"{name}{f'-x{scale}' * of_filter}-{data}-tau0.json") for data in DATA_SETS}
        origins = {data: _origin(file, info and name) for data, file in stored.items() if file}
        results = {data: Result(stored[data]["mean"], origin) for data, origin in origins.items()}
        models.append(Model(name, scale, info.params if info else 0, results))
    return models


def published() -> list[Published]:
    """What others published, in the order of their source."""
    rows = _read(PUBLISHED)["rows"]
    return [
        Published(row["name"], row["scale"], row["params"], {data: tuple(row[data]) for data in DATA_SETS})
        for row in rows
    ]


def source() -> str:
    """Where the published rows were read."""
    return _read(PUBLISHED)["source"]


def rates(folder: Path = RESULTS) -> Rates | None:
    """The stored comparison of codecs, if there is one."""
    found = _read(folder / RATES)
    if not found:
        return None
    curves = {
        name: [(row["bpp"], row["psnr"]) for row in rows if row["psnr"] is not None]
        for name, rows in found["codecs"].items()
    }
    looks = found.get("bd_rate_vs_jpeg_ssimulacra2", {})  # older files lack it
    return Rates(found["bd_rate_vs_jpeg"], looks, curves, found["pictures"], _origin(found, CODEC))


def bench(folder: Path = RESULTS) -> Bench | None:
    """The stored times of all models whose PSNR is known, if there are any.

    Speed depends on the layout alone: times of a model with other weights count, those of another size do not.
    """
    found = _read(folder / BENCH)
    if not found:
        return None
    megapixels = found["side"] ** 2 / 1e6
    ours = {(m.name, m.params): m.results["BSD100"].mean["psnr_y"] for m in shipped(folder) if "BSD100" in m.results}
    theirs = {paper_name(row.scale): row.scores["BSD100"][0] for row in published() if row.name == "IRN"}
    timings = []
    for row in found["rows"]:
        psnr = ours.get((row["name"], row["params"]))
        timed = row["name"], row["scale"], row["down_s"] / megapixels, row["up_s"] / megapixels
        if psnr is not None:
            timings.append(Timing(*timed, psnr, ours=True))
        elif row["name"] in theirs:
            timings.append(Timing(*timed, theirs[row["name"]], ours=False))
    return Bench(timings, found["processor"], found["threads"], _origin(found))


def _read(path: Path) -> dict | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _origin(found: dict, model: str | None = None) -> Origin:
    """Files of earlier versions do not say what made them; another number of parameters tells them apart too."""
    weights = found.get("weights")
    stale = bool(weights) and _fingerprint(weights) != _fingerprint(model_tag(model))
    if model and "params" in found:
        stale = stale or found["params"] != read_info(find_weights(model)).params
    return Origin(found.get("command"), found.get("date"), weights, stale)


def _fingerprint(tag: str) -> str:
    return tag.rpartition("@")[2]
