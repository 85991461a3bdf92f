"""Drawings of the workshop: what a strategy acts on, and what it costs beside a common budget."""

from collections.abc import Sequence

from ecosystem.levers import ACTS, MECHANISMS
from experiments.wording import three
from viz.palette import cause_key
from viz.pricing import Price
from viz.svg import drawing, shortened, text

_WIDE = 560.0
_ROW = 34.0
_TOP = 44.0
_BOX = (0.0, 172.0, 410.0)
_BOX_WIDE = (140.0, 200.0, 148.0)
_CAUSE_WORDS = {"community": "community, permits"}


def effects_title(levers: Sequence[str]) -> str:
    """Say in one line what the levers that differ from S0 act on."""
    if not levers:
        return "No lever differs from S0: nothing acts"
    causes = [_cause(cause) for cause in causes_of(levers)]
    count = f"{len(levers)} lever{'s act' if len(levers) > 1 else ' acts'}"
    return f"{count} on {' · '.join(causes)}" if causes else f"{count} on nothing"


def causes_of(levers: Sequence[str]) -> list[str]:
    """Return the causes of delay that levers act on, in the order of their mechanisms."""
    return list(dict.fromkeys(c for key in _mechanisms(levers) for c in MECHANISMS[key].causes))


def effects_chart(levers: Sequence[str]) -> str:
    """Draw lever → mechanism → cause of delay for the levers that differ from S0.

    Parameters
    ----------
    levers : sequence of str
        Keys of :data:`ecosystem.levers.ACTS`.
    """
    mechanisms, causes = _mechanisms(levers), causes_of(levers)
    tall = _ROW * max(len(levers), len(mechanisms), len(causes), 1)
    title = effects_title(levers)
    columns = (
        [(key, ACTS[key].label, "") for key in levers],
        [(key, MECHANISMS[key].words, f"§\u00a0{MECHANISMS[key].section}") for key in mechanisms],
        [(cause, _cause(cause), "") for cause in causes],
    )
    at = [_rows(len(column), tall) for column in columns]
    body = [f"<title>{_told(levers)}</title>", text(0, 18, title, "title")]
    heads = ("lever", "through (docs/odd.md)", "cause of delay")
    body += [text(x, 37, head, "soft small") for x, head in zip(_BOX, heads, strict=True)]
    for i, lever in enumerate(levers):
        for key in ACTS[lever].through:
            body.append(_link(0, at[0][i], at[1][mechanisms.index(key)], "none"))
    for j, key in enumerate(mechanisms):
        for cause in MECHANISMS[key].causes:
            body.append(_link(1, at[1][j], at[2][causes.index(cause)], cause_key(cause)))
    for number, column in enumerate(columns):
        for y, (key, label, note) in zip(at[number], column, strict=True):
            body.append(_box(number, y, label, note, cause_key(key) if number == 2 else ""))
    return drawing(_WIDE, _TOP + tall, title, "".join(body))


def _mechanisms(levers: Sequence[str]) -> list[str]:
    used = {key for lever in levers for key in ACTS[lever].through}
    return [key for key in MECHANISMS if key in used]


def _cause(cause: str) -> str:
    return _CAUSE_WORDS.get(cause, cause)


def _told(levers: Sequence[str]) -> str:
    """Say the drawing in words, for who does not see it."""
    return " ".join(
        f"{ACTS[lever].label}: "
        + "; ".join(
            f"{MECHANISMS[key].words} ({', '.join(MECHANISMS[key].causes) or 'no cause'})"
            for key in ACTS[lever].through
        )
        + "."
        for lever in levers
    )


def _rows(count: int, tall: float) -> list[float]:
    """Return the middles of boxes that are spread over the height."""
    return [_TOP + tall * (i + 0.5) / count for i in range(count)]


def _link(column: int, above: float, below: float, css: str) -> str:
    start, end = _BOX[column] + _BOX_WIDE[column], _BOX[column + 1]
    middle = (start + end) / 2
    curve = (
        f"M{start:g} {above:.1f}C{middle:g} {above:.1f} {middle:g} {below:.1f} {end:g} {below:.1f}"
    )
    return f'<path class="flow s-{css}" d="{curve}"/>'


def _box(column: int, y: float, label: str, note: str, cause: str) -> str:
    x, wide = _BOX[column], _BOX_WIDE[column]
    lines = _broken(label + (f" {note}" if note else ""), int(wide / 5.6))
    mark = f'<rect class="c-{cause}" x="{x:g}" y="{y - 13:.1f}" width="6" height="26"/>'
    frame = f'<rect class="node" x="{x:g}" y="{y - 13:.1f}" width="{wide:g}" height="26" rx="3"/>'
    first = y + (3.5 if len(lines) == 1 else -1.5)
    words = [
        text(x + (12 if cause else 6), first + 10.5 * i, line, "small")
        for i, line in enumerate(lines)
    ]
    return frame + (mark if cause else "") + "".join(words)


def _broken(label: str, letters: int) -> list[str]:
    """Return a label on two lines at most."""
    if len(label) <= letters:
        return [label]
    cut = label.rfind(" ", 0, letters + 1)
    cut = cut if cut > 0 else letters
    return [label[:cut], shortened(label[cut:].strip(), letters)]


def budget_title(price: Price) -> str:
    """Say what a strategy costs, as money and as a share of campus capex."""
    if not price.capex_usd > 0:
        return f"USD {three(price.spent_usd)} more than S0; S0 builds nothing to compare with"
    word = "more" if price.spent_usd >= 0 else "less"
    usd, share = three(abs(price.spent_usd)), three(100 * abs(price.share))
    return f"USD {usd} {word} than S0, {share}% of campus capex"


def budget_note(price: Price) -> str:
    """Say how the price stands to the common budget."""
    budget = f"USD {three(price.budget_usd)}"
    if not price.budget_usd > 0:
        return "There is no budget to compare it with."
    if price.spent_usd > price.budget_usd:
        times = three(price.spent_usd / price.budget_usd)
        how = (
            "its spending levers would be scaled down to that"
            if price.scales
            else "it has no spending lever that could be scaled down"
        )
        return f"{times} times the budget of {budget} at equal budget: {how}."
    part = three(100 * max(price.spent_usd, 0.0) / price.budget_usd)
    how = (
        "its spending levers would be scaled up, each up to its bound"
        if price.scales
        else "it has no spending lever that could be scaled up, so the rest stays unspent"
    )
    return f"{part}% of the budget of {budget} at equal budget: {how}."


def budget_chart(price: Price, share: float) -> str:
    """Draw what a strategy costs as a bar, with a mark at the common budget.

    Parameters
    ----------
    price : Price
    share : float
        Of campus capex, which is the common budget; for the label.
    """
    left, wide, top = 0.0, _WIDE, 46.0
    most = 1.15 * max(price.spent_usd, price.budget_usd, 1.0)
    bar = wide * min(max(price.spent_usd, 0.0) / most, 1.0)
    mark = left + wide * price.budget_usd / most
    over = max(0.0, bar - (mark - left))
    body = [
        f"<title>{budget_title(price)}. {budget_note(price)}</title>",
        text(0, 18, budget_title(price), "title"),
        text(0, 35, "Present value, beyond S0", "soft"),
        f'<rect class="track-bar" x="{left:g}" y="{top:g}" width="{wide:g}" height="20"/>',
        f'<rect class="l-bar" x="{left:g}" y="{top:g}" width="{bar - over:.1f}" height="20"/>',
    ]
    if over:
        body.append(
            f'<rect class="c-community" x="{mark:.1f}" y="{top:g}" width="{over:.1f}" height="20"/>'
        )
    side = "end" if mark > _WIDE / 2 else ""
    label = f"equal budget: {100 * share:g}% of capex"
    body.append(f'<path class="axis" d="M{mark:.1f} {top - 5:g}v32"/>')
    body.append(text(mark + (-4 if side else 4), top + 36, label, f"small soft {side}"))
    return drawing(_WIDE, top + 42, budget_title(price), "".join(body))
