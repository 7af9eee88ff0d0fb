"""What tritonclient does against a server: metadata, configuration, statistics, inference over JSON and bytes."""
import json
import sys

import numpy as np
import tritonclient.http as triton

client = triton.InferenceServerClient(sys.argv[1], concurrency=8)
features = np.array([[1.3101, 180.16, 2, 0.4615]])


def ask(binary):
    tensor = triton.InferInput("features", list(features.shape), "FP64")
    tensor.set_data_from_numpy(features, binary_data=binary)
    return client.infer("refit", [tensor], outputs=[triton.InferRequestedOutput("log_s", binary_data=binary)])


tensor = triton.InferInput("features", list(features.shape), "FP64")
tensor.set_data_from_numpy(features)
# As perf_analyzer does: many requests under way at once, then the statistics.
pending = [client.async_infer("refit", [tensor]) for _ in range(200)]
answers = {float(request.get_result().as_numpy("log_s")[0, 0]) for request in pending}
stats = client.get_inference_statistics("refit")["model_stats"][0]["inference_stats"]
config = client.get_model_config("refit")
try:
    client.get_trace_settings()
    trace = "answered"
except triton.InferenceServerException as error:
    trace = str(error)
print(json.dumps({
    "live": client.is_server_live(),
    "ready": client.is_server_ready() and client.is_model_ready("refit"),
    "extensions": client.get_server_metadata()["extensions"],
    "platform": client.get_model_metadata("refit")["platform"],
    "config": {"max_batch_size": config["max_batch_size"], "dims": config["input"][0]["dims"]},
    "json": float(ask(False).as_numpy("log_s")[0, 0]),
    "binary": float(ask(True).as_numpy("log_s")[0, 0]),
    "parallel": sorted(answers),
    "counted": stats["success"]["count"] >= 200,
    "timed": sorted(name for name in stats if name.startswith("compute_")),
    "index": sorted(model["name"] for model in client.get_model_repository_index()),
    "trace": trace,
}))
