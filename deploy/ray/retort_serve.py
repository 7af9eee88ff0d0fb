"""
Artifacts of Retort served by Ray Serve over the Open Inference Protocol v2, with binary tensors: an application a model, each with
replicas of its own over the nodes of the cluster. See serve.yaml and README.md.
"""

import asyncio
import json
import os
import sys

from ray import serve
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "engines"))
from retort_onnx import BadInput, OnnxModel, datatype_of, from_bytes, from_list, to_bytes  # noqa: E402

HEADER = "inference-header-content-length"


@serve.deployment(name="OpenInference")
class OpenInference:
    def __init__(self, model, artifact, version, threads):
        self._name, self._version = model, version
        self._model = OnnxModel(artifact, threads)

    async def __call__(self, request: Request) -> Response:
        path = request.url.path.removeprefix(request.scope.get("root_path", ""))
        named = f"/v2/models/{self._name}"
        for start in (f"{named}/versions/{self._version}", named):
            if path == start or path.startswith(f"{start}/"):
                return await self._of_model(path[len(start) :], request)
        if path in ("/v2", "/v2/"):
            return JSONResponse({"name": "ray-serve", "version": serve_version(), "extensions": ["binary_tensor_data"]})
        if path in ("/v2/health/live", "/v2/health/ready"):
            return Response()
        return refusal(404, f"expected {named}, got {path}")

    async def _of_model(self, rest, request):
        if rest == "/ready":
            return Response()
        if rest == "":
            about = {"name": self._name, "versions": [self._version], "platform": "onnxruntime"}
            return JSONResponse({**about, "inputs": self._model.inputs, "outputs": self._model.outputs})
        if rest != "/infer":
            return refusal(404, f"expected infer or ready, got {rest}")
        if request.method != "POST":
            return refusal(405, f"expected POST, got {request.method}")
        try:
            asked, inputs = read(await request.body(), request.headers.get(HEADER))
            wanted = asked.get("outputs") or []
            # The event loop goes on answering whether this replica lives.
            answered = await asyncio.to_thread(self._model.run, inputs, [output["name"] for output in wanted])
        except BadInput as error:
            return refusal(400, str(error))
        except (KeyError, TypeError, AttributeError) as error:
            return refusal(400, f"not a request of the Open Inference Protocol: {type(error).__name__} {error}")
        return self._written(asked, wanted, answered)

    def _written(self, asked, wanted, answered):
        all_binary = asked.get("parameters", {}).get("binary_data_output", False)
        binary = {output["name"]: output.get("parameters", {}).get("binary_data", all_binary) for output in wanted}
        outputs, chunks = [], []
        for name, array in answered.items():
            output = {"name": name, "datatype": datatype_of(array), "shape": list(array.shape)}
            if binary.get(name, all_binary):
                chunks.append(to_bytes(array))
                output["parameters"] = {"binary_data_size": len(chunks[-1])}
            else:
                output["data"] = array.reshape(-1).tolist()
            outputs.append(output)
        body = {"model_name": self._name, "model_version": self._version, "outputs": outputs}
        if "id" in asked:
            body["id"] = asked["id"]
        if not chunks:
            # Also what JSON has no word for, as Python writes it: the protocol says nothing of it.
            return Response(json.dumps(body), media_type="application/json")
        head = json.dumps(body).encode()
        return Response(b"".join([head, *chunks]), media_type="application/octet-stream", headers={HEADER: str(len(head))})


def read(body, header_length):
    """What is asked, and its arrays by name."""
    length = int(header_length) if header_length and header_length.isdigit() else len(body)
    try:
        asked = json.loads(body[:length])
    except ValueError as error:
        raise BadInput(f"expected JSON, got {error}") from error
    inputs, at = {}, length
    for tensor in asked["inputs"]:
        name, datatype, shape = tensor["name"], tensor["datatype"], tensor["shape"]
        size = tensor.get("parameters", {}).get("binary_data_size")
        if size is None:
            inputs[name] = from_list(name, datatype, shape, tensor["data"])
            continue
        if at + size > len(body):
            raise BadInput(f'input "{name}": expected {size} bytes, got {len(body) - at}')
        inputs[name] = from_bytes(name, datatype, shape, body[at : at + size])
        at += size
    if at != len(body):
        raise BadInput(f"{len(body) - at} bytes more than the inputs say")
    return asked, inputs


def refusal(status, message):
    return JSONResponse({"error": message}, status_code=status)


def serve_version():
    import ray

    return ray.__version__


def application(args: dict):
    """`args` of serve.yaml: model, artifact, and where wanted version and threads."""
    return OpenInference.bind(args["model"], args["artifact"], str(args.get("version", "1")), int(args.get("threads", 1)))
