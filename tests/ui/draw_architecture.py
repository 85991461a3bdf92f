"""Draws docs/house.svg and docs/week.svg from their sources in docs/architecture.md.

Run it after a change there: ``python tests/ui/draw_architecture.py``. It needs Chromium; Mermaid
comes with solara-assets. tests/unit/test_docs.py says whether pictures and sources agree.
"""

import re
import sys
from pathlib import Path

from browsing import chromium
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parents[2] / "docs"
MERMAID = Path(sys.prefix) / "share/solara/cdn/mermaid@10.8.0/dist/mermaid.min.js"
LOOK = {
    "startOnLoad": False,
    "theme": "neutral",
    "fontFamily": "sans-serif",
    "flowchart": {
        "htmlLabels": False,  # plain text, which programs other than browsers show, too
        "nodeSpacing": 14,
        "rankSpacing": 30,
        "padding": 8,
        "subGraphTitleMargin": {"top": 2, "bottom": 14},
    },
}
RENDER = "async ([l, n, s]) => { mermaid.initialize(l); return (await mermaid.render(n, s)).svg }"


def main() -> None:
    """Write both pictures."""
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        tab = browser.new_page()
        tab.add_script_tag(path=str(MERMAID))
        for source in re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL):
            name = "house" if "subgraph" in source else "week"
            svg = tab.evaluate(RENDER, [LOOK, name, source])
            (DOCS / f"{name}.svg").write_text(on_white(svg), encoding="utf-8")
        browser.close()


def on_white(svg: str) -> str:
    """Return a drawing with a size and a background, for pages of any colour."""
    x, y, wide, tall = re.search(r'viewBox="([-\d.]+) ([-\d.]+) ([\d.]+) ([\d.]+)"', svg).groups()
    head, rest = svg.split(">", 1)
    head = re.sub(r' (?:width|height|style)="[^"]*"', "", head)
    box = f'<rect x="{x}" y="{y}" width="{wide}" height="{tall}" fill="#fff"/>'
    return f'{head} width="{float(wide):.0f}" height="{float(tall):.0f}">{box}{rest}\n'


if __name__ == "__main__":
    main()
