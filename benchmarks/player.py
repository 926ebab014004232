"""Takes a picture of the page that plays a recording: synthetic waving, and what a model makes of it."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from stgcn_pyg.recognizer import Recognizer
from stgcn_pyg.synthetic import synthesize
from stgcn_pyg.view import write_player

PICTURE = Path(__file__).parent / "results" / "player.png"
SHOWN, FRAME = slice(150), 104


def main() -> None:
    """Take the picture."""
    recording = synthesize("handwaving", subject=3, scenario=1).select(SHOWN, "synthetic handwaving")
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        page = Path(folder) / "player.html"
        write_player([recording], page, Recognizer.from_pretrained("synthetic_kth"))
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1200, "height": 760})
        tab.goto(f"{page.as_uri()}#frame={FRAME}")
        tab.screenshot(path=PICTURE, clip={"x": 0, "y": 0, "width": 1200, "height": 736})
        browser.close()


if __name__ == "__main__":
    main()
