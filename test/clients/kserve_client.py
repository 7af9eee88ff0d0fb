"""KServe's own REST client, over both of its protocols."""
import asyncio
import json
import sys

from kserve import InferInput, InferRequest
from kserve.inference_client import InferenceRESTClient, RESTConfig

x = [[1.3101, 180.16, 2, 0.4615]]


async def main():
    v2 = InferenceRESTClient(RESTConfig(protocol="v2"))
    tensor = InferInput(name="features", shape=[1, 4], datatype="FP64", data=x)
    answer = await v2.infer(sys.argv[1], InferRequest(model_name="refit", infer_inputs=[tensor]), model_name="refit")
    v1 = InferenceRESTClient(RESTConfig(protocol="v1"))
    predicted = await v1.infer(sys.argv[1], {"instances": x}, model_name="refit")
    print(json.dumps({
        "live": await v2.is_server_live(sys.argv[1]),
        "ready": await v2.is_model_ready(sys.argv[1], "refit"),
        "v2": answer.outputs[0].data[0],
        "v1": predicted["predictions"][0],
    }))


asyncio.run(main())
