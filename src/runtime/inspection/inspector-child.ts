// The entry of the child process that reads models nobody has looked at yet: whatever the bytes do to the native
// runtime, they do it here. It has no exit of its own and ends when the parent closes the channel.
import { inspectModel } from './inspect-model.js';
import type {
  InspectorReady,
  InspectorReply,
  InspectorRequest,
  InspectorTrial,
} from './inspector-messages.js';
import { problemOf } from '../../onnx/index.js';

process.on('message', (request: InspectorRequest) => {
  void inspect(request).then((reply) => process.send?.(reply));
});

process.send?.({ type: 'ready' } satisfies InspectorReady);

function announceTrial(): void {
  process.send?.({ type: 'trial' } satisfies InspectorTrial);
}

async function inspect(request: InspectorRequest): Promise<InspectorReply> {
  try {
    return { type: 'inspected', ...(await inspectModel(request, announceTrial)) };
  } catch (error) {
    const problem = problemOf(error);
    if (problem !== undefined) {
      const { code, message, missingFiles } = problem;
      return { type: 'refused', code, message, missingFiles };
    }
    return {
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
