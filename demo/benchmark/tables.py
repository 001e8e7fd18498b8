"""The Benchmark mode as pieces of HTML: tables of stored figures, plots, and the table of a visitor's pictures."""

import html
from collections.abc import Iterable, Sequence

from demo.benchmark.own_zip import Batch, Skipped
from demo.benchmark.stored import DATA_SETS, REFINED, Bench, Model, Origin, Published, Rates, source
from demo.compress.coded import MODELS, NAMES
from demo.compress.curves import published
from demo.kit.chart import Axes, Dot, Line, chart, scatter
from demo.kit.core_words import in_own_words
from demo.kit.finding import claim
from demo.kit.numbers import decibels
from demo.kit.words import hint, say, words
from demo.rescale.tabs.rivals import fair_key
from irn_core.measure.scores import FIGURES

SHOWN = {"psnr_y": "PSNR-Y", "ssim_y": "SSIM-Y", "psnr_rgb": "PSNR-RGB", "lr_psnr": "LR"}
"""Columns of each data set, of which others published the first two."""
HEADS = dict(zip(FIGURES, ("PSNR-Y", "SSIM-Y", "PSNR-RGB", "SSIM-RGB", "LR"), strict=True))


def figure_text(key: str, value: float | None) -> str:
    """A figure by its key; what JSON calls null is a dash."""
    if value is None:
        return "—"
    return f"{value:.4f}" if key.startswith("ssim") else f"{value:.2f}"


def params_text(count: int | None) -> str:
    """Ours exactly, those of others as they were published: in millions, three digits."""
    return "—" if count is None else f"{count / 1e6:.3g} M"


def rescale_finding(models: Sequence[Model], rows: Sequence[Published]) -> str:
    """The best of ours and of others at each scale, by PSNR-Y on BSD100."""
    said = []
    for scale in sorted({model.scale for model in models}):
        ours = [(psnr, model) for model in models if model.scale == scale and (psnr := _psnr(model)) is not None]
        theirs = [row for row in rows if row.scale == scale and row.scores["BSD100"][0] is not None]
        if not ours or not theirs:
            continue
        (psnr, model), row = max(ours, key=lambda one: one[0]), max(theirs, key=lambda one: one.scores["BSD100"][0])
        said.append(
            say(
                "benchmark.finding.rescaling", scale=scale, ours=model.name, psnr=decibels(psnr),
                size=params_text(model.params), theirs=html.escape(row.name),
                other=decibels(row.scores["BSD100"][0]), other_size=params_text(row.params),
            )
        )  # fmt: skip
    return claim("<br>".join(said) or say("benchmark.no_results"))


def rates_finding(found: Rates | None) -> str:
    """Who needs the fewest bytes by either measure, and where ICN lies."""
    if found is None:
        return ""
    said = []
    for figure, rates in (("PSNR-RGB", found.bd_rates), ("SSIMULACRA2", found.looks)):
        known = {name: rate for name, rate in rates.items() if rate is not None and name in NAMES}
        if "icn" in known:
            best = min(known, key=known.get)
            form, ours = "first" if best == "icn" else "rates", _percent(known["icn"])
            values = {"figure": figure, "best": NAMES[best], "most": _percent(known[best]), "ours": ours}
            said.append(say(f"benchmark.finding.{form}", **values))
    return claim("<br>".join(said))


def batch_finding(batch: Batch) -> str:
    """What the network makes of the pictures so far, on the mean."""
    result = batch.result()
    if not result:
        return ""
    mean = figure_text("psnr_y", result["mean"]["psnr_y"])
    return claim(say("benchmark.finding.own", count=len(result["images"]), model=batch.model, psnr=mean))


def rescale_tables(models: Sequence[Model], refined: Sequence[Model], rows: Sequence[Published]) -> str:
    """A table for each scale at which a model ships, and how our rows came about. Refined LRs have their own."""
    ours = [(model.name, model) for model in models]
    ours += [(say("benchmark.refined").format(model.name, REFINED), model) for model in refined if model.results]
    scales = sorted({model.scale for model in models})
    tables = "".join(_rescale_table(scale, ours, rows) for scale in scales)
    results = [(title, data, found) for title, model in ours for data, found in model.results.items()]
    return tables + _origins((f"{title}, {data}", found.origin) for title, data, found in results)


def _scores_head(scale: int) -> str:
    """Two rows: the data sets, and below each the figures of SHOWN."""
    sets = "".join(f"<th scope='colgroup' colspan='{len(SHOWN)}'>{data}</th>" for data in DATA_SETS)
    heads = "".join(f"<th scope='col'>{name}</th>" for name in SHOWN.values()) * len(DATA_SETS)
    return (
        f"<tr><th rowspan='2' scope='col'><b>×{scale}</b></th>"
        f"<th rowspan='2' scope='col'>{say('benchmark.heads.params')}</th>{sets}</tr>"
        f"<tr>{heads}</tr>"
    )


def rivals_table(scale: int, models: Sequence[Model]) -> str:
    """Filters, rivals that were trained alike, and ours: what each is, and its figures."""
    rows = "".join(_our_row(model, words("rivals.names")[fair_key(model.name)]) for model in models)
    origins = [(f"{model.name}, {data}", found.origin) for model in models for data, found in model.results.items()]
    table = _table(
        _scores_head(scale),
        f"<tbody>{rows}</tbody>",
    )
    return table + _origins(origins)


def _rescale_table(scale: int, models: Sequence[tuple[str, Model]], rows: Sequence[Published]) -> str:
    ours = "".join(_our_row(model, title) for title, model in models if model.scale == scale)
    theirs = [row for row in rows if row.scale == scale]
    heading = f"<b>{say('benchmark.published')}</b> <small>{html.escape(source())}</small>"
    published = f"""<tbody class="others"><tr><th colspan="{2 + len(SHOWN) * len(DATA_SETS)}" scope="rowgroup">
{heading}</th></tr>{"".join(map(_their_row, theirs))}</tbody>"""
    return _table(
        _scores_head(scale),
        f"<tbody class='ours'>{ours}</tbody>{published if theirs else ''}",
    )


def _our_row(model: Model, title: str) -> str:
    cells = ""
    for data in DATA_SETS:
        result = model.results.get(data)
        star = "*" if result and result.origin.stale else ""
        for key in SHOWN:
            value = result.mean[key] if result else None
            cells += f"<td>{figure_text(key, value)}{star if value is not None else ''}</td>"
    params = f"{model.params:,}" if model.params else "—"
    return f"<tr><th scope='row'>{title}</th><td>{params}</td>{cells}</tr>"


def _their_row(row: Published) -> str:
    cells = ""
    for data in DATA_SETS:
        pair = zip(SHOWN, row.scores[data], strict=False)
        cells += "".join(f"<td>{figure_text(key, value)}</td>" for key, value in pair) + "<td></td><td></td>"
    return f"<tr><th scope='row'>{html.escape(row.name)}</th><td>{params_text(row.params)}</td>{cells}</tr>"


def _table(head: str, body: str) -> str:
    return f"<div class='scores' tabindex='0'><table><thead>{head}</thead>{body}</table></div>"


def _origins(files: Iterable[tuple[str, Origin]]) -> str:
    """A note if any of the stored files is of other weights; date, weights and command of each, folded away."""
    files = list(files)
    note = f"<p class='hint'>{say('benchmark.stale')}</p>" if any(origin.stale for _, origin in files) else ""
    rows = "".join(
        f"<tr><th scope='row'>{name}</th>"
        + "".join(f"<td>{html.escape(value or '—')}</td>" for value in (origin.date, origin.weights))
        + f"<td>{f'<code>{html.escape(origin.command)}</code>' if origin.command else '—'}</td></tr>"
        for name, origin in files
    )
    said = words("benchmark.heads")
    heads = "".join(f"<th scope='col'>{name}</th>" for name in ("", said["date"], said["weights"], said["command"]))
    table = _table(f"<tr>{heads}</tr>", f"<tbody>{rows}</tbody>")
    return f"{note}<details class='origins'><summary>{say('benchmark.origins')}</summary>{table}</details>"


def rates_table(found: Rates | None) -> str:
    """BD-rates of all codecs, the best first."""
    if found is None:
        return hint(say("benchmark.no_results"))
    known = {name: rate for name, rate in found.bd_rates.items() if rate is not None and name in NAMES}
    star = "*" if found.origin.stale else ""
    rows = "".join(
        f"<tr class='{'ours' if name in MODELS else ''}'><th scope='row'>{NAMES[name]}</th>"
        + "".join(
            f"<td>{_percent(value)}{star if name == 'icn' else ''}</td>" for value in (rate, found.looks.get(name))
        )
        + "</tr>"
        for name, rate in sorted(known.items(), key=lambda item: item[1])
    )
    said = words("benchmark.heads")
    heads = (said["codec"], f"{said['rate']}, PSNR-RGB", f"{said['rate']}, SSIMULACRA2")
    head = "<tr>" + "".join(f"<th scope='col'>{name}</th>" for name in heads) + "</tr>"
    return _table(head, f"<tbody>{rows}</tbody>") + _origins([("icn, Kodak", found.origin)])


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:+.1f} %"


def rates_chart(found: Rates | None) -> str:
    """The mean curves of all codecs over the Kodak pictures, with those that others published."""
    if found is None:
        return ""
    lines = [Line(name, "published", [Dot(*pair) for pair in pairs], False) for name, pairs in published().items()]
    lines += [
        Line(
            NAMES[codec],
            codec,
            [Dot(*pair, f"{NAMES[codec]}: {pair[0]:.3f} bpp, {decibels(pair[1])}") for pair in points],
        )
        for codec, points in found.curves.items()
        if codec in NAMES and codec != "autoencoder"  # its curve lies far below all others
    ]
    return chart(lines, None, say("benchmark.rates_chart"))


def parameters_chart(models: Sequence[Model], rows: Sequence[Published]) -> str:
    """PSNR-Y on BSD100 over size, ours and published, of all scales that ship."""
    said = words("benchmark.charts")
    points = [
        _point(model.name, "ours", model.params / 1e6, psnr, said["ours"].format(model.params))
        for model in models
        if (psnr := _psnr(model)) is not None
    ]
    scales = {model.scale for model in models}
    for row in rows:
        if row.params and row.scale in scales:
            name = f"{row.name.removeprefix('Bicubic & ')} ×{row.scale}"
            size = said["theirs"].format(params_text(row.params))
            points.append(_point(name, "published", row.params / 1e6, row.scores["BSD100"][0], size))
    return scatter(points, Axes(said["params"], said["psnr"]), said["over_params"])


def _psnr(model: Model) -> float | None:
    return model.results["BSD100"].mean["psnr_y"] if "BSD100" in model.results else None


def times_chart(found: Bench | None) -> str:
    """PSNR-Y on BSD100 over CPU time, of what `bench` timed."""
    if found is None or not found.timings:
        return hint(say("benchmark.no_times"))
    said = words("benchmark.charts")
    points = [
        _point(
            timing.name if timing.ours else f"IRN ×{timing.scale}",
            "ours" if timing.ours else "published",
            timing.down_s + timing.up_s,
            timing.psnr_y,
            said["time_ours" if timing.ours else "time_theirs"].format(timing.down_s, timing.up_s),
        )
        for timing in found.timings
    ]
    drawing = scatter(points, Axes(said["seconds"], said["psnr"]), said["over_seconds"])
    threads = said["thread" if found.threads == 1 else "threads"].format(found.threads)
    machine = f"<p class='hint machine'>{html.escape(found.processor)}, {threads}</p>"
    return drawing + machine + _origins([(said["times"], found.origin)])


def _point(name: str, kind: str, x: float, psnr: float, said: str) -> Line:
    return Line(name, kind, [Dot(x, psnr, f"{name}: {said}, {decibels(psnr)}")])


def batch_progress(batch: Batch) -> str:
    """Where a batch is: the picture in work, or how it ended."""
    count, total = len(batch.done), len(batch.members)
    skipped = sum(isinstance(found, Skipped) for found in batch.done)
    form = "running" if batch.running else "stopped" if batch.stopped else "skipped" if skipped else "done"
    values = {"count": count, "total": total, "skipped": skipped, "scored": total - skipped, "next": ""}
    if batch.running:
        values |= {"count": count + 1, "next": html.escape(batch.next_name)}
    said = say(f"benchmark.progress.{form}", **values)
    if batch.running:  # not told step by step
        bar = f"<progress max='{total}' value='{count}' aria-label='{said}'></progress>"
        return f"<div class='progress'>{bar}{said}</div>"
    return f"<div class='progress' role='status'>{said}</div>"


def batch_table(batch: Batch) -> str:
    """The figures of each picture so far, or why it has none, and the mean."""
    if not batch.done:
        return ""
    heads = "".join(f"<th scope='col'>{name}</th>" for name in HEADS.values())
    body = "".join(_batch_row(found) for found in batch.done)
    result = batch.result()
    mean = f"<tfoot>{_batch_row({'name': say('benchmark.mean')} | result['mean'])}</tfoot>" if result else ""
    table = _table(f"<tr><th scope='col'>{batch.model}</th>{heads}</tr>", f"<tbody>{body}</tbody>{mean}")
    return batch_finding(batch) + table


def _batch_row(found: dict | Skipped) -> str:
    if isinstance(found, Skipped):
        reason = in_own_words(found.reason).replace("the picture", "it", 1)  # its name stands beside
        cells = f"<td class='skipped' colspan='{len(FIGURES)}'>{say('benchmark.skipped')}: {html.escape(reason)}</td>"
        return f"<tr><th scope='row'>{html.escape(found.name)}</th>{cells}</tr>"
    cells = "".join(f"<td>{figure_text(key, found[key])}</td>" for key in FIGURES)
    return f"<tr><th scope='row'>{html.escape(found['name'])}</th>{cells}</tr>"
