"""Other hands than those in the data: random changes of whole batches of pictures, in torch.

A picture is turned, slanted, stretched, bent and made bolder or finer on a larger canvas, and
then normalised again (box to 20 x 20, mass to the centre) as `chalicelib.recognition.normalise`
would have done, up to `SCALE_JITTER` and `SHIFT_JITTER_PX`. A batch of 512 takes about 30 ms on
two cores.
"""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

from chalicelib.recognition.normalise import BOX_PX, CENTRE_PX, SIDE_PX

VIEW_PX = 34  # pixels of the picture that the canvas shows: room for a turned digit
CANVAS_PX = 44  # finer than the picture, so that sampling twice does not blur it
BENDS = 5  # control points a side of the elastic field
INK = 0.1  # less is the soft edge that sampling leaves
SCALE_JITTER = 0.04
SHIFT_JITTER_PX = 0.6
PLAIN_SHARE = 0.1  # of the pictures that stay as they are


@dataclass(frozen=True, slots=True)
class Strength:
    """How far pictures may be changed, each at most.

    rotation_deg, slant (a shear), stretch (of the aspect ratio, as a power of e), bend_px
    (standard deviation of the elastic field), bolder and finer (share of one step of the
    morphology), gamma (as a power of e), erased (share of the pictures that lose a patch).
    """

    rotation_deg: float = 15.0
    slant: float = 0.3
    stretch: float = 0.25
    bend_px: float = 1.1
    bolder: float = 0.8
    finer: float = 0.6
    gamma: float = 0.4
    erased: float = 0.05

    def scaled(self, factor: float) -> "Strength":
        """Return the same kinds of change, `factor` times as strong."""
        return Strength(*(factor * getattr(self, name) for name in self.__slots__))


def augment(pictures: torch.Tensor, strength: Strength, generator: torch.Generator) -> torch.Tensor:
    """Return changed copies of pictures of shape (n, 1, 28, 28), float32 in [0, 1]."""
    n = len(pictures)
    how_much = torch.rand(n, 1, 1, generator=generator)  # one measure a picture: mild to strong
    grid = _affine_grid(n, strength, how_much, generator)
    grid = grid + _elastic_field(n, strength, how_much, generator)
    canvas = functional.grid_sample(pictures, grid, align_corners=False)
    canvas = _change_boldness(canvas, strength, how_much, generator)
    changed = _change_grey(_renormalise(canvas, generator), strength, how_much, generator)
    changed = _erase(changed, strength, generator)
    plain = torch.rand(n, 1, 1, 1, generator=generator) < PLAIN_SHARE
    return torch.where(plain, pictures, changed)


def _uniform(n: int, limit: float, generator: torch.Generator) -> torch.Tensor:
    """Return n numbers within +-limit, of shape (n, 1, 1)."""
    return (2 * torch.rand(n, 1, 1, generator=generator) - 1) * limit


def _affine_grid(
    n: int, strength: Strength, how_much: torch.Tensor, generator: torch.Generator
) -> torch.Tensor:
    """Return where each canvas pixel looks in the picture, (n, CANVAS_PX, CANVAS_PX, 2)."""
    angle = how_much * _uniform(n, math.radians(strength.rotation_deg), generator)
    slant = how_much * _uniform(n, strength.slant, generator)
    stretch = torch.exp(how_much * _uniform(n, strength.stretch, generator) / 2)
    cos, sin = torch.cos(angle), torch.sin(angle)
    turn = torch.cat([torch.cat([cos, -sin], 2), torch.cat([sin, cos], 2)], 1)
    one, zero = torch.ones_like(slant), torch.zeros_like(slant)
    shape = torch.cat([torch.cat([stretch, slant], 2), torch.cat([zero, one / stretch], 2)], 1)
    matrix = (VIEW_PX / SIDE_PX) * (turn @ shape)
    theta = torch.cat([matrix, torch.zeros(n, 2, 1)], 2)
    return functional.affine_grid(theta, [n, 1, CANVAS_PX, CANVAS_PX], align_corners=False)


def _elastic_field(
    n: int, strength: Strength, how_much: torch.Tensor, generator: torch.Generator
) -> torch.Tensor:
    """Return a smooth random displacement, of the shape of the grid and in its unit."""
    coarse = torch.randn(n, 2, BENDS, BENDS, generator=generator)
    coarse = coarse * how_much[..., None] * (2 * strength.bend_px / SIDE_PX)
    at = torch.linspace(0, BENDS - 1, CANVAS_PX)[:, None] - torch.arange(BENDS)
    spread = torch.exp(-(at**2))  # a bump around each control point
    field = spread @ coarse @ spread.T
    return field.permute(0, 2, 3, 1)


def _change_boldness(
    canvas: torch.Tensor, strength: Strength, how_much: torch.Tensor, generator: torch.Generator
) -> torch.Tensor:
    """Blend each picture with its grey dilation or erosion."""
    sign = _uniform(len(canvas), 1.0, generator)[..., None]
    bolder = (sign * how_much[..., None]).clamp(min=0) * strength.bolder
    finer = (-sign * how_much[..., None]).clamp(min=0) * strength.finer
    dilated, eroded = _dilate(canvas), -_dilate(-canvas)
    return canvas + bolder * (dilated - canvas) + finer * (eroded - canvas)


def _dilate(canvas: torch.Tensor) -> torch.Tensor:
    """Return the maximum over each pixel's plus-shaped neighbourhood."""
    padded = functional.pad(canvas, (1, 1, 1, 1), mode="replicate")
    across = torch.maximum(padded[..., 1:-1, :-2], padded[..., 1:-1, 2:])
    down = torch.maximum(padded[..., :-2, 1:-1], padded[..., 2:, 1:-1])
    return torch.maximum(canvas, torch.maximum(across, down))


def _renormalise(canvas: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Scale the ink's box to 20 x 20 and centre its mass, with a little jitter."""
    n = len(canvas)
    inked = canvas[:, 0] > INK
    size = torch.maximum(_extent(inked.any(1)), _extent(inked.any(2))).clamp(min=1)
    jitter = torch.exp(_uniform(n, SCALE_JITTER, generator))[:, 0, 0]
    step = size / BOX_PX * jitter  # canvas pixels a picture pixel
    pixel = torch.arange(SIDE_PX) - CENTRE_PX
    mass = canvas[:, 0].sum((1, 2)).clamp(min=1e-6)
    centres = torch.arange(CANVAS_PX) + 0.5
    axes = []
    for sums in (canvas[:, 0].sum(1), canvas[:, 0].sum(2)):
        centre = (sums @ centres) / mass
        shift = _uniform(n, SHIFT_JITTER_PX, generator)[:, 0]
        at = centre[:, None] + (pixel + shift) * step[:, None]
        axes.append(2 * at / CANVAS_PX - 1)
    x = axes[0][:, None, :].expand(n, SIDE_PX, SIDE_PX)
    y = axes[1][:, :, None].expand(n, SIDE_PX, SIDE_PX)
    return functional.grid_sample(canvas, torch.stack([x, y], 3), align_corners=False)


def _extent(inked: torch.Tensor) -> torch.Tensor:
    """Return from first to last true of each row of (n, m), as float32."""
    position = torch.arange(inked.shape[1])
    last = torch.where(inked, position, -1).amax(1)
    first = torch.where(inked, position, inked.shape[1]).amin(1)
    return (last - first + 1).float()


def _change_grey(
    pictures: torch.Tensor, strength: Strength, how_much: torch.Tensor, generator: torch.Generator
) -> torch.Tensor:
    """Change how dark the soft edges are, as other pens and programs leave them."""
    gamma = torch.exp(how_much * _uniform(len(pictures), strength.gamma, generator))[..., None]
    return pictures.clamp(1e-6, 1).pow(gamma)


def _erase(pictures: torch.Tensor, strength: Strength, generator: torch.Generator) -> torch.Tensor:
    """Take a patch of 4 x 4 pixels out of some pictures: a pen that skipped."""
    n = len(pictures)
    corner = torch.randint(4, SIDE_PX - 8, (n, 2), generator=generator)
    pixel = torch.arange(SIDE_PX)
    rows = (pixel >= corner[:, :1]) & (pixel < corner[:, :1] + 4)
    columns = (pixel >= corner[:, 1:]) & (pixel < corner[:, 1:] + 4)
    chosen = torch.rand(n, 1, generator=generator) < strength.erased
    patch = (rows & chosen)[:, :, None] & columns[:, None, :]
    return pictures.masked_fill(patch[:, None], 0.0)
