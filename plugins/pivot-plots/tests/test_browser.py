"""The page in a real browser: what it shows there, and that it asks nobody for anything."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from urllib.parse import urlsplit

import pytest
from PIL import Image

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))),
    None,
)


@pytest.fixture
def look(root, tmp_path):
    """Give a function that has a browser show a page: its elements, picture and network log."""
    if BROWSER is None:
        pytest.skip("needs Chromium or Chrome, as in Debian's package chromium")

    def look(page):
        log, picture = tmp_path / "log.json", tmp_path / "picture.png"
        options = [
            "--headless", "--host-resolver-rules=MAP * ~NOTFOUND",
            "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", f"--user-data-dir={tmp_path / 'profile'}",
            f"--log-net-log={log}", "--window-size=1000,1400", "--virtual-time-budget=2000",
            f"--screenshot={picture}", "--dump-dom",
        ]  # fmt: skip
        done = subprocess.run(
            [BROWSER, *options, page.as_uri()], capture_output=True, check=True, timeout=60
        )
        return done.stdout.decode(), Image.open(io.BytesIO(picture.read_bytes())), log.read_text()

    return look


def asked_by_page(log):
    """Give the hosts that were asked for, but for those that Chromium itself asks when it starts."""
    urls = [str(event.get("params", {}).get("url", "")) for event in json.loads(log)["events"]]
    hosts = {urlsplit(url).hostname for url in urls if url.startswith(("http", "ws"))}
    return {
        host for host in hosts if host and not host.endswith((".google.com", ".googleapis.com"))
    }


def colours(picture):
    return {colour for _, colour in picture.convert("RGB").getcolors(1 << 24)}


def test_a_browser_shows_all_of_it_and_asks_nobody(plots, root, look):
    plots("diff", "v1", "v2", "-o", "page.html")
    text, picture, log = look(root / "page.html")
    assert text.count("<polyline") == 2
    assert text.count("<img ") == 3
    found = colours(picture)
    assert (0x25, 0x63, 0xEB) in found  # the line of the first side
    assert (0xEA, 0x58, 0x0C) in found  # that of the second
    assert (0, 128, 0) in found  # in the images
    assert (220, 38, 38) in found  # what differs between them
    assert not asked_by_page(log)


def test_whatever_got_into_the_page_could_ask_nobody(plots, root, look):
    plots("show", "-o", "page.html")
    page = root / "page.html"
    foreign = '<img src="http://elsewhere.example/x.png"><script src="http://elsewhere.example">'
    page.write_text(page.read_text().replace("</body>", f"{foreign}</script></body>"))
    text, _, log = look(page)
    assert "elsewhere.example" in text
    assert not asked_by_page(log)


def test_boxes_hide_sides(plots, root, look):
    plots("diff", "v1", "v2", "--targets", "loss.csv", "-o", "page.html")
    page = root / "page.html"
    page.write_text(page.read_text().replace('id="side1" checked', 'id="side1"'))
    found = colours(look(page)[1].crop((0, 120, 1000, 1400)))
    assert (0x25, 0x63, 0xEB) in found
    assert (0xEA, 0x58, 0x0C) not in found
