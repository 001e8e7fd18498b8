"""Every sentence on the page."""

from typing import NamedTuple

TITLE = "Lost Information Explorer"

INTRO = """
<header class="intro"><h1>Lost Information Explorer</h1>
<p>A smaller picture has lost something. An invertible net splits a picture x into what is <b>kept</b>, y, and what is
<b>lost</b>, z. Preserve z, abandon it, or <b>model</b> it: turn it into plain noise that can be dropped, and drawn
again. <span class="formula">f(x) = (y, z) &nbsp;·&nbsp; ŷ = round₈(y) &nbsp;·&nbsp; z ~ p(z | ŷ) &nbsp;·&nbsp;
x̂ = f⁻¹(ŷ, z)</span></p></header>
"""

COMPUTING = "<p class='hint computing'>Computing …</p>"
EXAMPLES = "Choose a picture"
UPLOAD = "or drop, paste or upload one"
SCALE = "Each side shrinks by s; of s² pixels one is kept.  y: 3 × H/s × W/s"


class DrawWords(NamedTuple):
    """What stands beside the controls of a draw."""

    button: str
    resample: str
    tau: str
    count: str
    seed: str


RESCALE_DRAWS = DrawWords(
    "Resample z",
    "New noise, same ŷ: what changes is only the guess at what was lost.  εₖ → εₖ′",
    "How far a draw may stray from the likeliest z.  z = W·(μ(ŷ) + τ·σ(ŷ)·η(ε))",
    "How many times z is drawn, a picture each.  x̂ₖ = f⁻¹(ŷ, zₖ)",
    "Draw k has seed + k − 1: the same seed, the same noise.  ε ~ N(0, I)",
)
COMPRESS_DRAWS = DrawWords(
    "Resample the lost part",
    "New noise, same file: what changes is only the guess at what rounding took.  uₖ → uₖ′",
    "How far a draw may stray from the likeliest value.  ẑ = μ + Δ·(k + τ·ε)",
    "How many times it is drawn, a picture each.  x̂ₖ = f⁻¹(ẑₖ)",
    "Draw k has seed + k − 1: the same seed, the same noise.  ε ~ p(· | k, ŷ)",
)

VARIABILITY = """
Each draw is one possible original for the same ŷ. Where the **standard deviation** is dark, ŷ alone decides; where it
is bright, something was lost. A small spread is a finding, not a fault: the net has hidden most of the detail in ŷ.
If the prior is calibrated, spread at τ = 1 **equals the actual error**: the points lie on the dashed line.
"""

BANDS = """
The Haar details of the grey picture: changes along x (**horizontal**), along y (**vertical**), and both (**diagonal**).
Blue is negative, red positive, white zero. A plain downscaler would lose the finest level entirely.
"""
BAND_SWITCH = "What stays when the picture is put together again.  x = H⁻¹(low, horizontal, vertical, diagonal)"
LEVEL = "1 is the finest, from pixel to pixel; 2 splits the low band of 1.  xₗ₊₁ = low(xₗ)"

LOST_BITS = """
How much did the network throw away? Its density says: I = −log₂ p(z | ŷ) − log₂ |det ∂(y, z)/∂x| + log₂ 255 for each
value of z, at the 8-bit precision of x. To prove it, z is coded by a range coder under the same p(z | ŷ): a real file.
A dark place is one that ŷ already tells. Where the model is sure to less than a grey level, the formula falls below 0,
which no file can; in finer steps the two agree. *Rounding of y*: the LR keeps 8 bits of y; what they cut off is lost
too. Where y lies beyond black or white and is clipped, more is lost than counted, and the decoded picture is worse.
"""

GAUSSIAN = """
Before the normaliser z is **case-specific**: how far its values spread, and in what shape, is another matter in every
picture. The normaliser takes away what ŷ foretells, ε = h(z | ŷ), and what is left should be **case-agnostic**: for
every picture the dashed N(0, 1), the same noise, that knows nothing of its neighbours or of ŷ. Only then may it be
thrown away and drawn anew. Look at the **tails**, the far left and right: a curve above the dashed one, or Q–Q points
that bend away from the line, are values that ŷ did not foretell and that N(0, 1) hardly ever draws. A draw at
τ = 1 lacks them. Points on a straight line that is too steep, or too flat, mean only that the predicted scale is too
small, or too large, for that picture.
"""
GAUSSIAN_FIGURES = """
Kurtosis is 3 for a Gaussian and more with heavy tails, here of all values together; the worst is the farthest from 3,
of the bands of z and of the channels of ε. Autocorrelation is that with the next value, correlation that with the luma
of ŷ at the same place; of both, the mean size over channels.
"""
BY_BAND = "This picture by level and band"
SHARED_BANDS = """
ε has no bands of its own: its channels are coordinates of a mixture of z's. Its figures are means over them, weighted
by the share of their energy that lies in the band.
"""

TEMPERATURE = """
What τ buys and what it costs, on this picture and for one noise. To the right, more of the finest detail's **energy**;
upwards, less **error**. τ = 0 errs least and is too smooth; warmer draws have more detail, but not in its true places.
Choose a dot to set τ.
"""
TAU_CURVE = ("energy of the finest detail (% of the original's)", "PSNR-Y (dB)")

CHOICES = """
Three ways to treat the lost part, on the picture above. **Preserve** it and f⁻¹ is exact; **model** it and draw it from
p(z | ŷ); **abandon** it and hope.
"""
CHOICE_SENTENCES = {
    "true z, y as float": "Preserve everything: f is invertible, so the picture comes back as it was.",
    "true z, y in 8 bits": """Preserve z, and store y in 8 bits, as a file does. Rounded alone, y would give {rounded};
the rest is lost where y lies beyond black or white and is clipped: {clipped} of its values.""",
    "model, τ = 0": "Model z and take its likeliest value: about the best guess that ŷ allows this network.",
    "model, τ = 1": "Model z and draw it fairly: about 3 dB less where the prior is calibrated, for the draw errs too.",
    "z := 0, raw": "Abandon z without a model: zero in the network's own coordinates.",
    "bicubic": "Abandon the detail before anything could be learnt about it: bicubic down, bicubic up.",
}

FAIR = """
The same picture by rivals: filters, and networks of our size, trained by the same loop on the same pictures for the
same time as *ours, as short*. What differs is the idea; the published objective also weighs R, G and B alike, where the
others put half of the weight on luma. While this tab is open, all of them are in the viewer.
"""
FAIR_ALONE = "No rivals were trained at this scale: choose ×4 to see them."
FAIR_NAMES = {
    "bicubic": "Bicubic both ways",
    "lanczos": "Lanczos both ways",
    "sr": "Bicubic down, learned up",
    "joint": "Learned pair, not invertible",
    "paper": "Invertible, z ~ N(0, I)",
    "short": "Ours, as short",
    "ours": "Ours, as shipped",
}
FAIR_SENTENCES = {
    "bicubic": "Keeps a smooth LR and abandons the rest; up again, it only interpolates.",
    "lanczos": "As bicubic, by a sharper filter: keeps a little more, rings a little more.",
    "sr": "Super-resolution, as EDSR: the detail is abandoned, the LR knows nothing of it, and a network guesses it.",
    "joint": "As TAD & TAU or CAR & EDSR: the LR learns to keep what its upscaler needs. The rest is abandoned.",
    "paper": "IRN with its published objective: z is taken for plain noise, and drawn as such. Here z = 0.",
    "short": "Keeps in the LR what helps f⁻¹, and models z given ŷ. Trained no longer than its rivals.",
    "ours": "Keeps what helps f⁻¹, and models z, after hours of training: not a fair rival, but what time adds.",
}

BREAK = """
f⁻¹ undoes **this** f, from **this** LR. Here the LR is damaged on its way, then upscaled at τ = 0. Every figure is
PSNR-Y against the original; bicubic upscaling of the same damaged LR shows when a plain filter would have been the
better choice. The pictures show, enlarged, the part where the untouched LR gains most; PNG saves the whole.
"""
JPEG_QUALITY = "Of the LR as a JPEG file: 10 smallest, 100 finest"
NOISE = "Standard deviation in grey levels, on every sample of the LR, drawn with the seed.  ŷ + σ·ε, rounded"
EXPERIMENTS_TO_COME = "<p class='hint computing'>{} more to compute …</p>"
EXPERIMENTS = {
    "untouched": (
        "Untouched",
        "The reference: the LR as {model} made it, kept as PNG. What it gains over bicubic is detail that f has hidden "
        "in the LR: in a photograph, as differences of a few grey levels that nobody sees.",
    ),
    "bicubic": (
        "Bicubic LR",
        "It looks much the same, but f had no hand in it: nothing is hidden there, and f⁻¹ finds no detail to bring "
        "back. What is left is a sharpening filter, usually somewhat better than bicubic. This is what happens to any "
        "small picture from elsewhere.",
    ),
    "jpeg 4:2:0": (
        "JPEG, q = {quality}",
        "JPEG, as it is usually saved, keeps colour at half the resolution (4:2:0). But it is in fine differences of "
        "colour that this network hides most of the detail, so even quality 100 leaves little more than a bicubic LR "
        "would. At low quality f⁻¹ also sharpens the seams between JPEG's blocks, and bicubic is the better choice.",
    ),
    "jpeg 4:4:4": (
        "JPEG, colour in full, q = {quality}",
        "The same quality with colour at full resolution (4:4:4), so that only JPEG's rounding is left as damage. At "
        "100 nearly all the hidden detail survives; at 90 what is hidden in a few grey levels, as in photographs, is "
        "mostly rounded away, in a file that is larger than the usual JPEG.",
    ),
    "shifted": (
        "Moved by one pixel",
        "The LR is moved to the right by one of its pixels, so all that comes back lies {scale} pixels beside its "
        "place. The loss is that of comparing misplaced pictures, not of the network: against the original moved "
        "likewise, the figure is that of the untouched LR but for the border, since f⁻¹ consists of convolutions, "
        "which move with their input. Only a shift by a part of a pixel would do harm, because it has to interpolate.",
    ),
    "noisy": (
        "Noise, σ = {sigma:g}",
        "f⁻¹ takes every grey level of ŷ for a sign of hidden detail, so noise comes back as false texture, stronger "
        "than it went in. Rounding to 8 bits, σ = 0.29, is noise that the network was trained with. Bicubic "
        "averages noise away, and is the better choice from some σ on, for most pictures between 3 and 10.",
    ),
    "wrong model": (
        "Upscaled by {other}",
        "The LR was made by {model}. Both networks hide detail, each in a code of its own, and neither reads the "
        "other's: the result is nearer to bicubic than to the right network. It also comes out in another size, and "
        "was resized by bicubic to be compared.",
    ),
}

EDIT = """
### Edit the LR
Draw on the LR, here enlarged: every square is one of its pixels. Then upscale it and see what the network makes of
strokes that no original ever had.
"""
EDITED = "Upscaled from the edited LR"
EDITED_SENTENCE = (
    "To f⁻¹ a stroke is content like any other. It comes back in place, its edges sharp but for a thin rim where they "
    "overshoot, and nothing of what it covers shines through; downscaled again it gives nearly the LR that you drew. "
    "PSNR falls because the original has no strokes."
)
CHANGED = "What changed"
CHANGED_SENTENCE = (
    "Against the picture from the untouched LR: blue is under your strokes, orange beyond them, black is exactly "
    "equal. Convolutions see a limited neighbourhood, so an edit of the LR stays where it is made."
)

STROKES = ("Under your strokes", "Changed beyond them", "Farthest from a stroke")

ARITHMETIC = """
Here ŷ stays as it is and z is worked on: one draw of it is turned into another, the true one is put into a guess, and a
part of the true one is taken out.

### From one draw to another
εₜ = cos(πt/2)·ε₀ + sin(πt/2)·ε₁, and from that the picture. Because cos² + sin² = 1, εₜ is again N(0, I): **each step
is as fair a draw as the two ends**. A straight line would shrink the noise, halfway to 1/√2, and its pictures would be
too smooth.
"""
FIRST_SEED = "ε₀. That of the page, unless you choose another"
SECOND_SEED = "ε₁. The next, unless you choose another"
DISTANCE = "from τ = 0<small>RMS, grey levels</small>"
STRAIGHT = "straight line, halfway"
WAY = """Of this part, where the two draws differ most. Every step lies about as far from the likeliest
picture as a draw. The straight line comes nearer to it, and to the original, only because part of the noise is gone."""
GIF = """What plays above is lossless (PNG). A GIF has at most 256 colours, here the same for all frames, so that
nothing moves but what differs. Up to 0.3 megapixels there is one of the whole picture, too."""
REGION = """
### Transplant and erase
Each pixel of the LR has a z of its own. Brush over some of them. **Transplant**: everywhere the likeliest z, τ = 0, but
in the region the true one. **Erase**: everywhere the true z, but in the region what you choose. ŷ has 8 bits in both.
"""
Z_BANDS = "What each value of z began as, 1 the finest level; the network has changed it since"
SOURCES = {"true": "the true z", "likeliest": "the likeliest z", "zero": "z = 0"}
BEFORE = {"true": "The picture, but for y in 8 bits.", "likeliest": "The reconstruction, all from ŷ."}
AFTER = {
    "true": "The region snaps to the original, but for a rim and y in 8 bits: rounded, clipped beyond black and white.",
    "likeliest": "What the model guesses from ŷ fills the gap.",
    "zero": "Not even a guess: zero in the network's own coordinates.",
}
SAME_PART = "The same part: where most has changed. PNG saves the whole."
Z_CHANGED = """Blue is in the region, orange beyond it, black is exactly equal. Near its border f⁻¹ reads z of both
sides, so the change leaks, but no farther than the network's convolutions see."""
SIDES = ("PSNR-Y in the region", "PSNR-Y outside")
REGION_PLACES = ("In the region", "Changed beyond it", "Farthest from it")

RESCALE, COMPRESS, BENCHMARK = MODES = ("Rescale", "Compress", "Benchmark")
TARGET = "What the file is aimed at. One network serves every rate"
QUALITY = "0 smallest, 100 finest.  Δ ∝ 1/√λ"
AMOUNT = "At most this, and at least 98 % of it, unless quality 100 needs less"
OPEN_ICN = "or drop an .icn file: it is decoded here"
NO_ORIGINAL = "<p class='hint'>An opened file has no original to compare with. Choose a picture to see this.</p>"
CURVE = """
What a bit buys on **this** picture: every dot is a real file, decoded and measured. Left is smaller, up is better. The
faint dashed lines are published means over **another set of pictures** (Kodak): read their shape, not their distance.
"""
BITS = """
The coder spends bits where its prior is surprised: on edges and texture, hardly any on plain areas. Each coefficient's
bits are shared out among the pixels it covers; together they are the file. Below, the picture as it grows while the
file is read, level by level.
"""
LOST = """
The symbols fix only the cell that a coefficient lies in. What is lost is its place in the cell, and the prior knows
how likely each place is: draws are **possible originals for the same file**. Few bits, wide cells, large spread.
"""
SCALED = """
Is it better to code the picture, or to code a smaller one and upscale it? The LR is coded in place of the picture; its
bits count per pixel of the **original**.
"""

RESCALING_TABLES = """
The models that ship here, measured on the pictures that everybody measures: the likeliest reconstruction, τ = 0. PSNR
in dB; Y is luma, the scale is cropped at the border. **LR** is the small picture against that of bicubic: PSNR-RGB.
"""
PUBLISHED = "Published by others"
STALE = "* Measured with other weights than those that ship now."
NO_RESULTS = "<p class='hint'>No results are stored.</p>"
ORIGINS = "How our rows were measured"
RIVALS_TABLE = """
**Fair rivals.** Networks of one size, trained by one loop on the same pictures for the same 80 minutes, all four at
once on one CPU core, so that only the idea differs: super-resolution after bicubic; a learned pair that is not
invertible; IRN with its published objective (z ~ N(0, I), here z = 0), without the others' extra weight on luma, so
compare RGB as well; ours. Last, ours as it ships: two blocks more, and trained for longer.
"""

PARAMETERS_CHART = """
What size buys: fewer parameters lie to the left, higher PSNR lies above. Full dots are ours, rings are published by
others.
"""
TIMES_CHART = """
What time buys: downscaling and upscaling one megapixel. Rings are the published layout, timed here, with their
published PSNR.
"""
NO_TIMES = """
<p class='hint'>No times are stored. On an idle machine, <code>python -m irn_core bench --json
assets/results/bench.json</code> measures them.</p>
"""
RATES_TABLE = """
How much smaller files are at the same PSNR-RGB, by Bjøntegaard's mean over the curves of real files: {pictures}
pictures of Kodak; JPEG is 0. Compress mode draws the curves of a single picture. *Haar only* is ICN without the learned
part of its transform, after half of its training. The *autoencoder* is the simplest learned codec (L = R + λD), trained
for the same time as *Haar only*.
"""
RUN = """
Score your own pictures as `evaluate` does, τ = 0: at most {pictures} in a ZIP of {megabytes} MB, {megapixels:.0f}
megapixels each and {total:.0f} in all. They are unpacked in memory, and other visitors have their turn after each. The
same on a command line, without limits: `python -m irn_core evaluate rescale --model irn-x2 --data DIR --json FILE`
"""
ZIP = "Drop a ZIP of pictures"
MODEL = "Each was trained for its scale"
NO_ZIP = "no ZIP is there yet; drop one first"
