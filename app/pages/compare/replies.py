"""What the Compare page sends back about its address: values and choices of its controls."""

from app.frame.address import answer
from app.frame.query import write_query
from app.pages.compare.members import GROUPS, RULES, neighbours
from app.pages.compare.view import circled_units
from app.pages.compare.words import STATISTIC_TITLES, pair, rule_text

_WITHOUT_A_RULE = ("hand",)


def reply(explorer, view, path, query):
    """Make the page's answer for `app.frame.address`.

    Parameters
    ----------
    explorer : Explorer
    view : CompareView
    path, query : str

    Returns
    -------
    dict
    """
    selection = view.selection
    names = [info.name for info in explorer.network(selection.model).layers]
    place = names.index(selection.layer)
    own = {"model": selection.model, "layer": selection.layer}
    return answer(
        path,
        query,
        values=_values(selection),
        options=_options(explorer, view),
        steps={
            "below": names[(place + 1) % len(names)],
            "above": names[place - 1],
            "neighbours": neighbours(explorer.dataset(selection.set).labels, selection.members),
        },
        drops={
            "layer": ["zoom", "cell"],
            "model": ["zoom", "cell"],
            "set": [*GROUPS, "zoom", "cell"],
            "ra": ["a"],
            "na": ["a"],
            "rb": ["b"],
            "nb": ["b"],
            "rc": ["c"],
            "nc": ["c"],
        },
        links={"/": write_query(own)},
    )


def _values(selection):
    values = {
        "model": selection.model,
        "set": selection.set,
        "layer": selection.layer,
        "p": str(selection.p),
        "q": str(selection.q),
        "t": selection.t,
        "zoom": _zoom(selection),
        "mean": selection.mean,
        "min": selection.minimum,
        "colours": selection.colours,
        "seed": selection.seed,
        "stat": selection.stat,
        "sort": selection.sort,
        "cell": None if selection.cell is None else ":".join(map(str, selection.cell)),
        "triples": selection.triples,
    }
    for key in GROUPS:
        values |= {
            f"r{key}": selection.choices[key].rule,
            f"n{key}": len(selection.members[key]) or selection.choices[key].n,
            f"add_{key}": "",
            key: selection.members[key],
        }
    return values


def _zoom(selection):
    if isinstance(selection.zoom, str):
        return selection.zoom or "all"
    return ",".join(map(str, selection.zoom))


def _options(explorer, view):
    selection, layer = view.selection, view.layer
    p, q = pair(explorer, selection)
    word = "map" if layer.is_spatial else "node"
    zooms = [
        ("all", f"all {layer.n_units:,} {word}s"),
        ("circled", f"{len(circled_units(view.circles, layer)):,} with rings"),
    ]
    if selection.zoom not in ("", "circled"):
        zooms.append(
            (
                _zoom(selection),
                f"{word} {_zoom(selection)}"
                if len(selection.zoom) == 1
                else f"{len(selection.zoom)} {word}s chosen",
            )
        )
    options = {
        "layer": [
            (
                info.name,
                f"{info.name} · {info.n_units:,}"
                + (f" of {info.grid[0]}×{info.grid[1]}" if info.is_spatial else ""),
            )
            for info in explorer.network(selection.model).layers
        ],
        "zoom": zooms,
        "stat": [(name, title.format(p=p, q=q)) for name, title in STATISTIC_TITLES.items()],
    }
    told = {
        key: [{"value": value, "label": text} for value, text in choices]
        for key, choices in options.items()
    }
    for key in GROUPS:
        own, other = (q, p) if key == "b" else (p, q)
        told[f"r{key}"] = [
            {
                "value": rule,
                "label": rule_text(rule, own, other),
                # Only naming images puts a group together by hand.
                "disabled": rule in _WITHOUT_A_RULE and selection.choices[key].rule != rule,
            }
            for rule in RULES
            if rule != "none" or key == "c"
        ]
    return told
