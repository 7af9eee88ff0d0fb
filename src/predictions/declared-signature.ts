import { z } from 'zod';
import { DomainError } from '../platform/errors.js';
import { DATA_TYPES, type Signature } from '../tensors/index.js';

const tensor = z.object({
  name: z.string().min(1).max(1000),
  datatype: z.enum(DATA_TYPES),
  shape: z.array(z.int().min(-1)).max(16),
  classLabels: z.array(z.string()).exactOptional(),
});

const signature = z.object({ inputs: z.array(tensor).max(1000), outputs: z.array(tensor).max(1000) });

/** Tensors that somebody wrote down, as `Version.signature` has them. @throws DomainError INVALID_ARGUMENT */
export function signatureOf(given: unknown): Signature {
  const parsed = signature.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `signature${issue ? `.${issue.path.join('.')}: ${issue.message}` : ': not a signature'}; expected inputs and outputs, each with name, datatype and shape.`,
    { field: ['signature', ...(issue?.path.map(String) ?? [])] },
  );
}
