"""How far the converted graph is from the model it was made of, on the same rows."""

import numpy as np

from .failure import Failure

EXACT = "biuSUO"


def compare(expected, actual, tolerance, ties):
    """
    Every output, element by element. Numbers may differ by `tolerance` times their size, or times the mean size of the
    output where they are smaller than that; whole numbers and text have to be the same.

    @param ties by output: for each row, whether two classes score so alike that either may be named
    @raises Failure DIFFERS, with the numbers, for the first output that is further away
    """
    report = []
    for name, wanted in expected.items():
        got = np.asarray(actual[name])
        wanted = np.asarray(wanted)
        if wanted.shape != got.shape:
            raise Failure(
                "DIFFERS",
                f'Output "{name}" of the converted graph has shape {list(got.shape)}, '
                f"the model's own has {list(wanted.shape)}.",
            )
        found = _exact(wanted, got, ties.get(name)) if _is_exact(wanted) else _close(wanted, got, tolerance)
        place = found.pop("place")
        report.append({"name": name, **found})
        if place is not None:
            raise Failure(
                "DIFFERS",
                _differs(name, wanted, got, place, found, tolerance),
                proof={"outputs": report},
            )
    return report


def _is_exact(array):
    return array.dtype.kind in EXACT


def _exact(wanted, got, tied):
    same = wanted.astype(str) == got.astype(str)
    if tied is not None:
        same = same | tied.reshape(same.shape)
    return {
        "elements": int(wanted.size),
        "largest": None,
        "mean": None,
        "largestRelative": None,
        "differing": int(np.count_nonzero(~same)),
        "place": _first(~same),
    }


def _close(wanted, got, tolerance):
    wanted, got = wanted.astype(np.float64), got.astype(np.float64)
    finite = np.isfinite(wanted) & np.isfinite(got)
    same = (wanted == got) | (np.isnan(wanted) & np.isnan(got))
    with np.errstate(invalid="ignore"):
        distance = np.where(same, 0.0, np.abs(wanted - got))
    known = np.isfinite(wanted)
    typical = float(np.mean(np.abs(wanted[known]))) if known.any() else 0.0
    size = np.maximum(np.abs(np.where(known, wanted, 0.0)), typical)
    size[size == 0] = 1.0
    relative = np.where(finite, distance / size, np.where(same, 0.0, np.inf))
    beyond = relative > tolerance
    distances = distance[finite]
    return {
        "elements": int(wanted.size),
        "largest": float(distances.max(initial=0.0)),
        "mean": float(distances.mean()) if distances.size else 0.0,
        "largestRelative": float(relative[finite].max(initial=0.0)),
        "differing": int(np.count_nonzero(beyond)),
        "place": _worst(relative) if beyond.any() else None,
    }


def _first(flags):
    places = np.argwhere(flags)
    return tuple(int(index) for index in places[0]) if len(places) else None


def _worst(values):
    return tuple(int(index) for index in np.unravel_index(np.argmax(values), values.shape))


def _differs(name, wanted, got, place, found, tolerance):
    where = f"row {place[0]}" + (f", element {list(place[1:])}" if len(place) > 1 else "") if place else "its value"
    told = (
        f'Output "{name}" of the converted graph differs in {where}: '
        f"the model answers {_shown(wanted[place])}, the graph {_shown(got[place])}."
    )
    if found["largest"] is None:
        return f"{told} {found['differing']} of {found['elements']} labels differ."
    return (
        f"{told} The largest difference is {found['largest']:.6g}, the mean {found['mean']:.6g}, the largest relative "
        f"{found['largestRelative']:.6g}; expected at most {tolerance:g} relative, which {found['differing']} of "
        f"{found['elements']} values exceed."
    )


def _shown(value):
    return repr(value.item() if hasattr(value, "item") else value)


def tied_rows(scores, tolerance):
    """Rows of scores, one a class, whose best two lie so close that rounding may decide between them."""
    scores = np.asarray(scores, dtype=np.float64)
    if scores.ndim != 2 or scores.shape[1] < 2:
        return np.zeros(len(scores), dtype=bool)
    best = np.sort(scores, axis=1)
    size = np.maximum(np.abs(best[:, -1]), float(np.mean(np.abs(scores))) or 1.0)
    return best[:, -1] - best[:, -2] <= tolerance * size
