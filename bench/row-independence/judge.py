"""Runs models on rows alone and beside others: python judge.py FOLDER

Writes FOLDER/judged.tsv: a line for each .onnx file with what was seen. "row by row": every row is answered alike alone,
beside other rows and beside hostile ones (zeros, ±1e4, NaN, a thousandfold self), at every place tried, up to a hundred. "rows meet":
it is not. Both may be "in the reference alone", where ONNX Runtime does not run the model. "fixed": an input has no variable first dimension. "not run": neither ONNX Runtime nor the reference runs it.
Rows come from the files beside a model or, where there are none, are made from what it declares.
"""

import multiprocessing
import re
import resource
import sys
import warnings
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator

from sets import as_array, load_rows

SIZES = (32, 64, 320, 8, 96, 16, 224, 1, 2, 3, 4, 5, 512, 640)  # tried for dimensions that are not declared
SECONDS = 240  # of one core, for one model
MANY = 100  # rows of a table in which no place that a constant speaks of should matter
LARGE = 10_000  # elements of a row above which it is tried in fewer tables
# One number for floats, one for whole numbers, one truth value and one text for each hostile row.
HOSTILE = ((0.0, 0, False, ""), (1e4, 1, True, "a long, long text; of 9 words.\nIt goes on - and - on"), (-1e4, 100, True, "0"), (numpy.nan, -1, False, "ß"), (numpy.inf, 7, True, "-1e9"))  # fmt: skip


class Refused(Exception):
    pass


def main(folder):
    folder = Path(folder)
    paths = sorted(folder.rglob("*.onnx"))
    with open(folder / "judged.tsv", "w") as out:
        for path in paths:
            verdict, why = in_process_of_its_own(path)
            line = re.sub(r"\s+", " ", why)[:200]
            print(path.relative_to(folder).as_posix(), verdict, line, sep="\t", file=out, flush=True)


def in_process_of_its_own(path):
    """A runtime may crash, or not end."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def work():
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        sender.send(judge(path))

    process = context.Process(target=work)
    process.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        return "not run", f"the process died, or took more than {SECONDS} s"
    finally:
        process.join()


def judge(path):
    warnings.simplefilter("ignore")
    model = onnx.load(path, load_external_data=False)
    constants = {constant.name for constant in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in constants]
    if not inputs:
        return "fixed", "it has no inputs"
    for value in inputs:
        dims = value.type.tensor_type.shape.dim
        if len(dims) == 0 or dims[0].WhichOneof("value") == "dim_value" and dims[0].dim_value >= 0:
            return "fixed", f"input {value.name}"
    saved = load_rows(path)
    seen = []
    for make, where in ((run_by_runtime, ""), (run_by_reference, " in the reference alone")):
        try:
            run = make(path, [value.name for value in inputs])
        except Exception as error:
            seen.append(str(error))
            continue
        for rows in [saved] if saved else made_rows(inputs):
            try:
                verdict, why = compare(run, rows)
                return verdict + where, why
            except Refused as refusal:
                seen.append(str(refusal))
    return "not run", " | ".join(seen)


def run_by_runtime(path, names):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda rows: session.run(None, dict(zip(names, rows)))


def run_by_reference(path, names):
    session = ReferenceEvaluator(str(path))
    return lambda rows: session.run(None, dict(zip(names, rows)))


def made_rows(inputs):
    random = numpy.random.default_rng(1)
    for size in SIZES:
        arrays = []
        for value in inputs:
            kind = value.type.tensor_type.elem_type
            dims = [dim.dim_value or size for dim in value.type.tensor_type.shape.dim][1:]
            if kind == onnx.TensorProto.STRING:
                words = ["aspirin", "two words", "and three words", "C1CC"]
                arrays.append(random.choice(words, size=[3, *dims]).astype(object))
                continue
            dtype = onnx.helper.tensor_dtype_to_np_dtype(kind)
            if dtype.kind == "f":
                arrays.append(random.normal(size=[3, *dims]).astype(dtype))
            else:
                arrays.append(random.integers(0, 2 if dtype.kind == "b" or "mask" in value.name else 20, size=[3, *dims]).astype(dtype))  # fmt: skip
        yield arrays
        if all(dim.dim_value for value in inputs for dim in value.type.tensor_type.shape.dim[1:]):
            return


def compare(run, arrays):
    """arrays: rows for each input, the same number of each. Raises Refused when no row can be run alone."""
    rows = [[array[at : at + 1] for array in arrays] for at in range(min(3, *map(len, arrays)))]
    rows.append([flipped(part) for part in rows[0]])
    neighbours = [[hostile(part, *values) for part in rows[0]] for values in HOSTILE]
    neighbours += [[thousandfold(part) for part in rows[0]], rows[0], rows[-1]]
    is_large = sum(part.size for part in rows[0]) > LARGE
    if is_large:
        rows, neighbours = [rows[0], rows[-1]], neighbours[1:6]
    alone = []
    for row in rows:
        try:
            first, second = run(row), run(row)
        except Exception as error:
            alone.append(str(error))
            continue
        if not all(isinstance(part, numpy.ndarray) for part in first):
            return "rows meet", "an output is no tensor"
        if any(part.ndim == 0 or part.shape[0] != 1 for part in first):
            return "rows meet", "one row alone has not one row of each output"
        if not all(map(alike, first, second)):
            return "rows meet", "the same row has two answers"
        alone.append(first)
    known = [(row, answer) for row, answer in zip(rows, alone) if not isinstance(answer, str)]
    if not known:
        raise Refused(alone[0])
    takes = [(other, None) for other in neighbours if accepts(run, other)]
    tables = [[], takes] if is_large else [[], *([taken] for taken in takes), takes[:5], (takes * MANY)[:MANY]]
    for others in tables:
        for table in ([*known, *others], [*others, *reversed(known)]):
            try:
                outputs = run([numpy.concatenate(parts) for parts in zip(*(row for row, _ in table))])
            except Exception as error:
                return "rows meet", f"{len(table)} rows are refused: {error}"
            if any(part.ndim == 0 or part.shape[0] != len(table) for part in outputs):
                return "rows meet", f"{len(table)} rows have not as many rows of each output"
            for place, (_, answer) in enumerate(table):
                if answer and not all(alike(part[place : place + 1], own) for part, own in zip(outputs, answer)):
                    return "rows meet", f"row {place} of {len(table)} is answered differently"
    return "row by row", ""


def accepts(run, row):
    try:
        run(row)
        return True
    except Exception:
        return False


def alike(left, right):
    if left.shape != right.shape:
        return False
    if left.dtype.kind in "OSU":
        return all(str(a) == str(b) for a, b in zip(left.flat, right.flat))
    if left.dtype.kind in "bui":
        return bool(numpy.array_equal(left, right))
    near = 1e-2 if left.dtype.itemsize < 4 else 1e-3
    left, right = (part if part.dtype.kind == "c" else part.astype(numpy.float64) for part in (left, right))
    # Rounding is that of the largest numbers of the row.
    size = numpy.max(numpy.abs(right), initial=0, where=numpy.isfinite(right))
    return bool(numpy.allclose(left, right, rtol=near, atol=1e-6 + near * 0.01 * size, equal_nan=True))


def flipped(part):
    return part.reshape(1, -1)[:, ::-1].reshape(part.shape)


def thousandfold(part):
    return part * 1000 if part.dtype.kind == "f" else part


def hostile(part, real, whole, truth, text):
    if part.dtype.kind in "OSU":
        return numpy.full(part.shape, text, dtype=object)
    if part.dtype.kind == "b":
        return numpy.full(part.shape, truth)
    if part.dtype.kind in "iu":
        return numpy.full(part.shape, max(whole, 0) if part.dtype.kind == "u" else whole).astype(part.dtype)
    return numpy.full(part.shape, real).astype(part.dtype)


if __name__ == "__main__":
    main(*sys.argv[1:])
