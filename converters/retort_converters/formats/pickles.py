"""
Reads pickles of fitted models. A pickle is a program: what is refused here keeps honest mistakes from looking like models, and makes
mischief harder, not impossible. What holds is the process this runs in.
"""

import re
import warnings

from ..failure import Failure, one_line

#: Modules whose classes fitted models consist of.
KNOWN = ("sklearn", "numpy", "scipy", "xgboost", "lightgbm", "catboost", "joblib", "pandas")
_ELSEWHERE = {
    "builtins": (
        "bool bytearray bytes complex dict float frozenset int list object range set slice str tuple NotImplemented Ellipsis"
    ),
    "_codecs": "encode",
    "collections": "OrderedDict defaultdict Counter deque",
    "copyreg": "_reconstructor __newobj__",
    "functools": "partial",
    "datetime": "date datetime time timedelta timezone",
    "decimal": "Decimal",
}
_ALLOWED = {module: set(names.split()) for module, names in _ELSEWHERE.items()}
#: Parts of these modules that read files, start programs or run text.
_NOT = re.compile(
    r"^(numpy\.(f2py|distutils|testing|ctypeslib|lib\._npyio|lib\.npyio)|pandas\.(io|core\.computation)"
    r"|scipy\.(io|weave|LowLevelCallable)|joblib\.(externals|memory|parallel|test)|sklearn\.datasets)"
)
_NAMES_NOT = re.compile(r"^(load|loads|loadtxt|genfromtxt|fromfile|memmap|open|eval|exec|system|run|read_\w+|save\w*)$")
_VERSION = re.compile(rb"_sklearn_version.{0,12}?(\d+\.\d+(?:\.\d+)?(?:\.?(?:rc|dev|post|a|b)\d+)?)", re.DOTALL)


def read_pickle(path, trusted):
    """@raises Failure PICKLE_NOT_TRUSTED, OTHER_VERSION, MODULE_MISSING, UNREADABLE"""
    if not trusted:
        raise Failure("PICKLE_NOT_TRUSTED", "A pickle is a program, and nobody said that this one is trusted.")
    import sklearn
    from joblib import numpy_pickle, numpy_pickle_utils

    _check_version(path, sklearn.__version__)

    class Unpickler(numpy_pickle.NumpyUnpickler):
        def find_class(self, module, name):
            if not _may_be(module, name):
                raise Failure(
                    "MODULE_MISSING",
                    f"The pickle needs {module}.{name}, which the converters do not have: they read what consists of "
                    f"{', '.join(KNOWN)} alone. Take your own classes and functions out of the pipeline, or put them into "
                    "the pipeline of the version.",
                )
            return super().find_class(module, name)

    with open(path, "rb") as file, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            with numpy_pickle_utils._validate_fileobject_and_memmap(file, path, None) as (opened, _):
                model = Unpickler(path, opened, ensure_native_byte_order=True).load()
        except (Failure, MemoryError):
            raise
        except ModuleNotFoundError as error:
            raise Failure(
                "MODULE_MISSING",
                f"The pickle needs the module {error.name}, which the converters do not have, or not in the version that "
                f"wrote the pickle. They have scikit-learn {sklearn.__version__}.",
            ) from error
        except Exception as error:
            raise Failure(
                "UNREADABLE",
                f"It is no pickle that scikit-learn {sklearn.__version__} can read: {type(error).__name__}: {one_line(error)}. "
                "It may be cut off, or come from another version.",
            ) from error
    for warning in heard:
        written = getattr(warning.message, "original_sklearn_version", None)
        if written is not None and written != sklearn.__version__:
            raise _other_version(written, sklearn.__version__)
    return model


def _may_be(module, name):
    if module in _ALLOWED:
        return name in _ALLOWED[module]
    if module.split(".")[0] not in KNOWN or _NOT.match(module):
        return False
    return not any(_NAMES_NOT.match(part) for part in name.split("."))


def _check_version(path, installed):
    """Before anything of it is run. A compressed pickle says it later."""
    with open(path, "rb") as file:
        head = file.read(64 * 1024 * 1024)
    found = {match.decode() for match in _VERSION.findall(head)}
    if found and installed not in found:
        raise _other_version(sorted(found)[0], installed)


def _other_version(written, installed):
    return Failure(
        "OTHER_VERSION",
        f"The pickle was written by scikit-learn {written}, the converters have {installed}. Pickles mean the same only to the "
        f"version that wrote them: load it with {written}, and fit or save it again with {installed}, or convert it there with "
        "skl2onnx and push the ONNX file.",
    )
