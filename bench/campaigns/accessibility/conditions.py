"""How people look at a page: themes, widths, zoom, without motion, in their own colours."""

from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page

HEIGHTS = {320: 568, 640: 450, 768: 1024, 1440: 900}


@dataclass(frozen=True, slots=True)
class Condition:
    """One way to look. width: in CSS pixels; zoom: device pixels to one of them."""

    width: int
    scheme: Literal["light", "dark"] = "light"
    zoom: int = 1
    reduced_motion: bool = False
    forced_colors: bool = False

    def __str__(self) -> str:
        """Name it."""
        more = {"without motion": self.reduced_motion, "forced colours": self.forced_colors}
        told = [f"{self.width} px", self.scheme, *(name for name, holds in more.items() if holds)]
        return ", ".join([*told, "200 %"] if self.zoom == 2 else told)

    def set_on(self, page: Page) -> None:
        """Let a page be looked at in this way."""
        page.emulate_media(
            color_scheme=self.scheme,
            reduced_motion="reduce" if self.reduced_motion else "no-preference",
            forced_colors="active" if self.forced_colors else "none",
        )
        session = page.context.new_cdp_session(page)
        size = {"width": self.width, "height": HEIGHTS[self.width]}
        screen = {**size, "deviceScaleFactor": self.zoom, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", screen)


CONDITIONS = (
    *(Condition(width, scheme) for width in (320, 768, 1440) for scheme in ("light", "dark")),
    Condition(640, zoom=2),  # a window of 1280 pixels
    Condition(640, "dark", zoom=2),
    Condition(1440, reduced_motion=True),
    Condition(320, "dark", reduced_motion=True),
    Condition(1440, forced_colors=True),
    Condition(768, "dark", forced_colors=True),
)
