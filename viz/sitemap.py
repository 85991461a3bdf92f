"""The sites on a map: size, what binds now, support of the host community."""

import json
import math
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files

from ecosystem.units import MW_PER_GW
from ecosystem.view import SiteView
from viz.palette import LADDER, cause_key, cause_label
from viz.svg import drawing, number, shortened, text

_NOTE = "Fill: what binds now. Area: planned GW. Italic: later candidates. Opinions are simulated"
_HEAD = 40.0
_FOOT = 36.0
_RADIUS_PER_ROOT_GW = 6.5
_FIRST_BUILT = LADDER.index("secured")
_USABLE = LADDER.index("usable")
_CANCELLED = LADDER.index("cancelled")


@cache
def _outlines() -> dict:
    """Return the stored outlines: states, projection and view box."""
    return json.loads((files("viz") / "data" / "us_states.json").read_text(encoding="utf-8"))


@cache
def _land() -> str:
    states = _outlines()["states"].values()
    return "".join(f'<path class="land" d="{state["path"]}"/>' for state in states)


def map_ground(states: bool = True) -> str:
    """Return the states alone, as large as :func:`site_map` and without change between weeks.

    Without `states` the ground is empty: invented places lie in none of them.
    """
    width, height = _outlines()["view_box"][2:]
    body = f'<g transform="translate(0 {_HEAD:g})">{_land() if states else ""}</g>'
    title = "Outlines of the states" if states else "An invented plain"
    return drawing(width, height + _HEAD + _FOOT, title, body)


def project(lon: float, lat: float) -> tuple[float, float]:
    """Return the place of a point on the plane of the outlines (Albers equal-area conic).

    Parameters
    ----------
    lon, lat : float
        Degrees east and north.

    Notes
    -----
    Snyder, *Map Projections: A Working Manual*, USGS Professional Paper 1395 (1987), eq. 14-1 to
    14-6, sphere of radius 1, then scaled and moved as the file of outlines says.
    """
    how = _outlines()["projection"]
    south, north = (math.sin(math.radians(p)) for p in how["parallels_deg"])
    n = (south + north) / 2
    c = 1 - south**2 + 2 * n * south
    lon_0, lat_0 = how["origin_deg"]
    rho = math.sqrt(c - 2 * n * math.sin(math.radians(lat))) / n
    rho_0 = math.sqrt(c - 2 * n * math.sin(math.radians(lat_0))) / n
    theta = n * math.radians(lon - lon_0)
    x_0, y_0 = how["translate"]
    return (
        x_0 + how["scale"] * rho * math.sin(theta),
        y_0 + how["scale"] * (rho * math.cos(theta) - rho_0),
    )


def under_way(site: SiteView) -> bool:
    """Return whether a site has capacity that is secured but not yet usable."""
    waiting = sum(site.ladder_mw[_FIRST_BUILT:_USABLE])
    return site.role in ("programme", "candidate") and waiting > 0


def map_title(sites: Sequence[SiteView]) -> str:
    """Return the finding of the map in one line."""
    ours = [s for s in sites if s.role in ("programme", "candidate")]
    live = sum(s.ladder_mw[_USABLE] > 0 for s in ours)
    building = sum(under_way(s) for s in ours)
    against = sum(s.organised for s in ours)
    return (
        f"Sites that deliver: {live}, under way: {building}, facing organised opposition: {against}"
    )


def site_map(sites: Sequence[SiteView], picked: str = "", ground: bool = True) -> str:
    """Draw the sites over the outlines of the states; sites abroad stand in a row below left.

    Parameters
    ----------
    sites : sequence of SiteView
        Programme, candidate, comparator and refused sites.
    picked : str
        Key of the site that stands out, if any.
    ground : bool
        Whether to draw the states too, or leave them to :func:`map_ground` underneath.
    """
    width, height = _outlines()["view_box"][2:]
    title = map_title(sites)
    body = [text(8, 18, title, "title")]
    body.append(text(8, 34, _NOTE, "soft"))
    body.append(f'<g transform="translate(0 {_HEAD:g})">')
    places = _places(sites, height)
    body += [_land()] if ground else []
    for site in sorted(sites, key=lambda s: -s.facility_mw):
        body.append(_site(site, *places[site.key], site.key == picked))
    body += _labels(sites, places)
    body.append("</g>")
    body.append(_map_key(height + _HEAD + 14))
    return drawing(width, height + _HEAD + _FOOT, title, "".join(body))


def _places(sites: Sequence[SiteView], height: float) -> dict[str, tuple[float, float]]:
    """Return where each site is drawn; those off the map are set in a row at the lower left."""
    places, abroad = {}, 0
    for site in sites:
        at_home = -125 <= site.lon <= -66 and 24 <= site.lat <= 50
        if at_home:
            places[site.key] = project(site.lon, site.lat)
        else:
            places[site.key] = (40 + 110 * abroad, height - 34)
            abroad += 1
    return places


def _radius(site: SiteView) -> float:
    return max(3.5, _RADIUS_PER_ROOT_GW * math.sqrt(site.facility_mw / MW_PER_GW))


def _site(site: SiteView, x: float, y: float, picked: bool) -> str:
    r = _radius(site)
    marks = [f"<title>{_tooltip(site)}</title>"]
    if site.role == "comparator":
        marks.append(f'<rect class="rival" x="{x - r * 0.8:.1f}" y="{y - r * 0.8:.1f}" ')
        marks.append(f'width="{r * 1.6:.1f}" height="{r * 1.6:.1f}"/>')
    elif site.role == "refused" or _given_up(site):
        d = r * 0.7
        marks.append(f'<path class="rival" d="M{x - d:.1f} {y - d:.1f}l{2 * d:.1f} {2 * d:.1f}')
        marks.append(f'm0 {-2 * d:.1f}l{-2 * d:.1f} {2 * d:.1f}"/>')
    elif sum(site.ladder_mw) <= 0:
        marks.append(f'<circle class="later" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}"/>')
    else:
        marks.append(_programme(site, x, y, r))
    state = " picked" if picked else ""
    return f'<g class="pick{state}" tabindex="0" data-key="site:{site.key}">{"".join(marks)}</g>'


def _given_up(site: SiteView) -> bool:
    total = sum(site.ladder_mw)
    return total > 0 and site.ladder_mw[_CANCELLED] >= total * 0.999


def _programme(site: SiteView, x: float, y: float, r: float) -> str:
    """Draw fill (what binds), ring (support) and dashes (organised opposition)."""
    css = "f-usable" if not under_way(site) and site.ladder_mw[_USABLE] > 0 else ""
    css = css or f"c-{cause_key(site.binding_cause)}"
    ring = r + 3
    share = min(1.0, max(0.0, (site.support + 1) / 2))
    around = 2 * math.pi * ring
    parts = [
        f'<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}"/>',
        f'<circle class="track" cx="{x:.1f}" cy="{y:.1f}" r="{ring:.1f}"/>',
        f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="{ring:.1f}" '
        f'stroke-dasharray="{share * around:.1f} {around:.1f}" '
        f'transform="rotate(-90 {x:.1f} {y:.1f})"/>',
    ]
    if site.organised:
        parts.append(f'<circle class="organised" cx="{x:.1f}" cy="{y:.1f}" r="{ring + 4:.1f}"/>')
    return "".join(parts)


def _tooltip(site: SiteView) -> str:
    usable = number(site.ladder_mw[_USABLE])
    return escape(
        f"{site.name} ({site.state}): {usable} of {number(site.facility_mw)} MW usable; "
        f"waits for {cause_label(site.binding_cause)}; "
        f"support {site.support:+.2f} (simulated)"
    )


def _labels(sites: Sequence[SiteView], places: dict[str, tuple[float, float]]) -> list[str]:
    """Name the announced sites, largest first, where a name fits without covering another."""
    shown = [s for s in sites if sum(s.ladder_mw) > 0]
    taken = [_marker_box(site, *places[site.key]) for site in shown]
    named = [s for s in sites if s.role in ("programme", "candidate") and sum(s.ladder_mw) > 0]
    out = []
    for site in sorted(named, key=lambda s: -s.facility_mw):
        name = site.name.removeprefix("Stargate ").removeprefix("Candidate ")
        label = shortened(name, 20)
        css = "halo maybe" if site.role == "candidate" else "halo"
        x, y = places[site.key]
        reach, wide = _radius(site) + 9, 5.9 * len(label)
        for dx, dy in _spots(reach, wide):
            spot = (x + dx, y + dy - 10, x + dx + wide, y + dy + 3)
            inside = spot[0] >= 0 and spot[2] <= _outlines()["view_box"][2]
            if inside and not any(_overlap(spot, other) for other in taken):
                taken.append(spot)
                out.append(text(x + dx, y + dy, label, css))
                break
    return out


def _marker_box(site: SiteView, x: float, y: float) -> tuple[float, float, float, float]:
    r = _radius(site)
    return (x - r, y - r, x + r, y + r)


def _spots(reach: float, wide: float) -> tuple[tuple[float, float], ...]:
    """Return where a name may begin, as seen from its site: beside it first, then around it."""
    return (
        (reach, 4),
        (-reach - wide, 4),
        (-wide / 2, -reach),
        (-wide / 2, reach + 9),
        (reach * 0.7, -reach * 0.7),
        (reach * 0.7, reach * 0.7 + 8),
        (-reach * 0.7 - wide, -reach * 0.7),
        (-reach * 0.7 - wide, reach * 0.7 + 8),
    )


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _map_key(y: float) -> str:
    """Explain rings, squares and crosses in one row."""
    marks = (
        (
            '<circle class="ring" cx="8" cy="-4" r="6" stroke-dasharray="19 38"/>',
            "support −1 to +1",
        ),
        ('<circle class="organised" cx="8" cy="-4" r="6"/>', "organised against"),
        ('<rect class="f-usable" x="2" y="-10" width="12" height="12"/>', "all usable"),
        ('<circle class="later" cx="8" cy="-4" r="6"/>', "not announced"),
        ('<rect class="rival" x="2" y="-10" width="12" height="12"/>', "rival"),
        ('<path class="rival" d="M3 -9l10 10m0 -10l-10 10"/>', "refused or given up"),
    )
    out, x = [], 8.0
    for mark, label in marks:
        out.append(
            f'<g transform="translate({x:.0f} {y:.0f})">{mark}{text(22, 0, label, "soft")}</g>'
        )
        x += 34 + 5.6 * len(label)
    return "".join(out)
