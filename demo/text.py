"""Every sentence on the page."""

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
TAU = "How far a draw may stray from the likeliest z.  z = W·(μ(ŷ) + τ·σ(ŷ)·ε)"
COUNT = "How many times z is drawn, a picture each.  x̂ₖ = f⁻¹(ŷ, zₖ)"
SEED = "Draw k has seed + k − 1: the same seed, the same noise.  ε ~ N(0, I)"
RESAMPLE = "New noise, same ŷ: what changes is only the guess at what was lost.  εₖ → εₖ′"

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

CHOICES = """
Three ways to treat the lost part, on the picture above. **Preserve** it and f⁻¹ is exact; **model** it and draw it from
p(z | ŷ); **abandon** it and hope.
"""
CHOICE_SENTENCES = {
    "true z, y as float": "Preserve everything: f is invertible, so the picture comes back as it was.",
    "true z, y in 8 bits": "Preserve z but round y to 8 bits, as a file does: this is what rounding alone costs.",
    "model, τ = 0": "Model z and take its likeliest value: about the best guess that ŷ allows this network.",
    "model, τ = 1": "Model z and draw it fairly: about 3 dB less where the prior is calibrated, for the draw errs too.",
    "z := 0, raw": "Abandon z without a model: zero in the network's own coordinates.",
    "bicubic": "Abandon the detail before anything could be learnt about it: bicubic down, bicubic up.",
}
