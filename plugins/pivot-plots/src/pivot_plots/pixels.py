"""How two images differ, pixel by pixel.

Images of different sizes are compared as if each had as much room as both need; what one of them
doesn't cover differs. Example: `compare(before, after).changed` is a number of pixels.
Tests: tests/test_pixels.py.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageChops

#: In the picture of the difference: what differs, and how much of the rest is left to be seen.
_MARK = (220, 38, 38, 255)
_FADED = 0.25


@dataclass(frozen=True, slots=True)
class PixelDiff:
    """How an image differs from another."""

    old_size: tuple[int, int]
    new_size: tuple[int, int]
    #: How many pixels differ at all, of how many.
    changed: int
    total: int
    #: The largest difference of a channel, up to 255.
    most: int
    #: A PNG: the new image, faded, with what differs marked.
    picture: bytes

    @property
    def share(self) -> float:
        """The part of the pixels that differ."""
        return self.changed / self.total if self.total else 0.0


class NoImageError(Exception):
    """Some bytes are no image that can be understood."""


def compare(old: bytes, new: bytes) -> PixelDiff:
    """Compare two images, of an animation the first frames; raise `NoImageError`."""
    before, after = _load(old), _load(new)
    size = max(before.width, after.width), max(before.height, after.height)
    first, second = _padded(before, size), _padded(after, size)
    bands = ImageChops.difference(first, second).split()
    largest = bands[0]
    for band in bands[1:]:
        largest = ImageChops.lighter(largest, band)
    # What only one of them covers differs, whatever it looks like.
    outside = ImageChops.difference(_covered(before, size), _covered(after, size))
    largest = ImageChops.lighter(largest, outside)
    mask = largest.point(lambda value: 255 if value else 0)
    total = size[0] * size[1]
    changed = total - mask.histogram()[0]
    extremes = largest.getextrema()
    most = extremes[1] if isinstance(extremes[1], int) else 0
    return PixelDiff(before.size, after.size, changed, total, most, _picture(second, mask))


def _load(data: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # A warning of Pillow that an image is huge: whoever made it knows.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data)) as image:
                return image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NoImageError(f"it can't be compared as an image: {error}") from error


def _padded(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.size == size:
        return image
    room = Image.new("RGBA", size)
    room.paste(image, (0, 0))
    return room


def _covered(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    room = Image.new("L", size)
    room.paste(255, (0, 0, image.width, image.height))
    return room


def _picture(image: Image.Image, mask: Image.Image) -> bytes:
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    faded = Image.blend(white, Image.alpha_composite(white, image), _FADED)
    faded.paste(_MARK, (0, 0, *image.size), mask)
    stream = io.BytesIO()
    faded.convert("RGB").save(stream, "PNG")
    return stream.getvalue()
