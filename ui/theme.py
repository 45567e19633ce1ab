"""The look in numbers: from the operator's one accent colour to the shades that pages use, readable on light and dark.

Contrast follows WCAG 2: text on its ground has at least 4.5 : 1, whatever accent was chosen. Knows no page.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Callable
from dataclasses import dataclass

from assistant.errors import ConfigError

DEFAULT_ACCENT = "#1f5f54"
PAPER = {"light": "#fbfaf8", "dark": "#161614"}
INK = {"light": "#1d1c1a", "dark": "#edebe6"}
MIN_CONTRAST = 4.5

Rgb = tuple[float, float, float]


def parse_colour(text: str) -> Rgb:
    """`"#1f5f54"` as three parts from 0 to 1. Raises ConfigError for anything but six hexadecimal digits."""
    match = re.fullmatch(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", text.strip())
    if not match:
        raise ConfigError(f"accent colour {text!r} is not a colour: write six hexadecimal digits, such as #1f5f54")
    red, green, blue = (int(part, 16) / 255 for part in match.groups())
    return red, green, blue


def hex_colour(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)


def luminance(colour: Rgb) -> float:
    """Relative luminance as WCAG defines it, 0 (black) to 1 (white)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(parse_colour(one)), luminance(parse_colour(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """`share` of the first colour over the second."""
    first, second = parse_colour(one), parse_colour(other)
    red, green, blue = (a * share + b * (1 - share) for a, b in zip(first, second, strict=True))
    return hex_colour((red, green, blue))


def readable(accent: str, grounds: Callable[[str], tuple[str, ...]], lighter: bool) -> str:
    """The accent, moved lighter or darker in small steps until it is readable as text on its grounds (which may be
    tinted with it)."""
    hue, light, saturation = colorsys.rgb_to_hls(*parse_colour(accent))
    end = 1.0 if lighter else 0.0
    shade = hex_colour(parse_colour(accent))
    while any(contrast(shade, ground) < MIN_CONTRAST for ground in grounds(shade)) and light != end:
        light = min(1.0, light + 0.01) if lighter else max(0.0, light - 0.01)
        shade = hex_colour(colorsys.hls_to_rgb(hue, light, saturation))
    return shade


def subdued(ink: str, paper: str, grounds: tuple[str, ...]) -> str:
    """The ink, as faint as it may be and still be read on every ground."""
    shares = (share / 100 for share in range(64, 101))
    return next(
        shade
        for share in shares
        if min(contrast(shade := mix(ink, paper, share), ground) for ground in grounds) >= MIN_CONTRAST
    )


@dataclass(frozen=True)
class Palette:
    """The colours of one scheme ("light" or "dark"), by their role."""

    paper: str
    ink: str
    surface: str
    muted: str
    line: str
    edge: str
    accent: str
    on_accent: str
    tint: str
    bubble: str
    warn: str

    def css(self) -> str:
        """The colours as CSS custom properties, each `--br-<role>`."""
        return "".join(f"--br-{name.replace('_', '-')}:{value};" for name, value in vars(self).items())


def palette(accent: str, scheme: str) -> Palette:
    """The colours of a scheme around an accent. Raises ConfigError when the accent isn't a colour."""
    paper, ink, dark = PAPER[scheme], INK[scheme], scheme == "dark"
    surface = "#201f1d" if dark else "#ffffff"
    share = 0.10 if dark else 0.06
    shade = readable(accent, lambda tinted: (paper, surface, mix(tinted, paper, share)), lighter=dark)
    tint = mix(shade, paper, share)
    return Palette(
        paper=paper,
        ink=ink,
        surface=surface,
        muted=subdued(ink, paper, (paper, surface, tint)),
        line=mix(ink, paper, 0.13),
        edge=mix(ink, paper, 0.55),
        accent=shade,
        on_accent=max(("#ffffff", "#141412"), key=lambda text: contrast(text, shade)),
        tint=tint,
        bubble=mix(shade, paper, 0.20 if dark else 0.11),
        warn="#f0b49a" if dark else "#8a3413",
    )


def variables(accent: str = DEFAULT_ACCENT) -> str:
    """The style sheet's first lines: both schemes, chosen by what the customer's device prefers."""
    light, dark = palette(accent, "light").css(), palette(accent, "dark").css()
    return f":root{{color-scheme:light dark;{light}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
