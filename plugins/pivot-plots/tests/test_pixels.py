"""Images, pixel by pixel."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pivot_plots.pixels import NoImageError, compare


def test_the_same_picture_in_other_bytes(png):
    found = compare(png("red", form="PNG"), png("red", form="TIFF"))
    assert (found.changed, found.total, found.most) == (0, 12, 0)


def test_one_pixel(png):
    found = compare(png("white"), png("white", spot=(255, 250, 255, 255)))
    assert (found.changed, found.most, found.share) == (1, 5, 1 / 12)
    picture = Image.open(io.BytesIO(found.picture))
    assert picture.getpixel((0, 0)) == (220, 38, 38)
    assert picture.getpixel((1, 1)) == (255, 255, 255)


def test_what_only_one_covers_differs(png):
    found = compare(png((0, 0, 0, 0), size=(2, 2)), png((0, 0, 0, 0), size=(3, 2)))
    assert (found.changed, found.total) == (2, 6)
    assert (found.old_size, found.new_size) == ((2, 2), (3, 2))


def test_how_much_shines_through_counts(png):
    assert compare(png((9, 9, 9, 255)), png((9, 9, 9, 250))).changed == 12


@pytest.mark.parametrize("broken", [b"", b"no image", None])
def test_what_is_no_image_is_told(png, broken):
    data = png("red", size=(50, 50))[:70] if broken is None else broken
    with pytest.raises(NoImageError, match="it can't be compared as an image"):
        compare(png("red"), data)
