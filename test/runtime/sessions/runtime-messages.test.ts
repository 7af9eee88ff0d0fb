import { describe, expect, it } from '@jest/globals';
import { cleanRuntimeMessage } from '../../../src/runtime/sessions/runtime-messages.js';

/** As onnxruntime 1.30 writes them. */
const FAILED = "Non-zero status code returned while running Reshape node. Name:'node_0' Status Message: ";

describe('what the runtime says, for people', () => {
  it.each([
    [
      `${FAILED}/onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:91 onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, onnxruntime::TensorShapeVector&, bool) input_shape_size == requested_shape_size was false. The input tensor cannot be reshaped to the requested shape. Input shape:{2,2}, requested shape:{3,5}`,
      'operator Reshape ("node_0"): The input tensor cannot be reshaped to the requested shape. Input shape:{2,2}, requested shape:{3,5}',
    ],
    [
      `${FAILED}/onnxruntime_src/onnxruntime/core/providers/cpu/math/element_wise_ops.h:563 void onnxruntime::BroadcastIterator::Init(ptrdiff_t, ptrdiff_t) axis == 1 || axis == largest was false. Attempting to broadcast an axis by a dimension other than 1. 2 by 7`,
      'operator Reshape ("node_0"): Attempting to broadcast an axis by a dimension other than 1. 2 by 7',
    ],
    [
      `${FAILED}/onnxruntime_src/core/x.cc:12 onnxruntime::Status onnxruntime::Foo<T>::Compute(onnxruntime::OpKernelContext*) const [with T = float] what happened`,
      'operator Reshape ("node_0"): what happened',
    ],
    [
      `${FAILED}matmul_helper.h:59 Compute MatMul dimension mismatch`,
      'operator Reshape ("node_0"): MatMul dimension mismatch',
    ],
    [
      `${FAILED}indices element out of data bounds, idx=99 must be within the inclusive range [-2,1]`,
      'operator Reshape ("node_0"): indices element out of data bounds, idx=99 must be within the inclusive range [-2,1]',
    ],
  ])('names the operator and what happened, without C++ and files: %#', (said, told) => {
    expect(cleanRuntimeMessage(new Error(said))).toBe(told);
  });

  it('names no path of this machine', () => {
    const said = 'Load model from /srv/data/artifacts/ab/model failed:Protobuf parsing failed.';
    expect(cleanRuntimeMessage(new Error(said), '/srv/data/artifacts/ab/model')).toBe(
      'Protobuf parsing failed.',
    );
  });
});
