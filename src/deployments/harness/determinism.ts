import type { CatalogService, VersionRecord } from '../../catalog/index.js';
import type { RemoteTarget } from '../../runtime/index.js';
import { DomainError } from '../../platform/errors.js';

/**
 * Operators whose result is drawn, not computed: a seed fixes the first run after a load, not the second. Dropout draws
 * only while training, but whether it trains is an input of the node and may be decided by the caller.
 */
const RANDOM = /^(?:Random\w*|Multinomial|Bernoulli|Sampling|\w*Dropout)$/;

/**
 * The operators that may answer equal inputs differently.
 * @param operators how often each occurs in a graph, subgraphs and functions included: `Relu`, or `com.example.Thing`
 */
export function randomOperators(operators: Readonly<Record<string, number>>): string[] {
  return Object.keys(operators).filter((operator) =>
    RANDOM.test(operator.slice(operator.lastIndexOf('.') + 1)),
  );
}

/**
 * Whether answers of a version may be remembered.
 *
 * @param remote the server that runs it, as its deployment says
 * @throws DomainError INVALID_ARGUMENT
 */
export async function checkCacheable(
  catalog: Pick<CatalogService, 'artifactsByDigests'>,
  { ref, artifactDigest }: VersionRecord,
  remote: RemoteTarget | null,
): Promise<void> {
  const [artifact] = await catalog.artifactsByDigests([artifactDigest]);
  if (remote !== null || artifact?.format === 'REMOTE')
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a version that answers equal inputs equally, got ${ref}, which a remote engine answers for: what it serves may change without notice. Leave cache out.`,
      { field: ['cache'] },
    );
  const drawn = randomOperators(artifact?.operators ?? {});
  if (drawn.length === 0) return;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected a version that answers equal inputs equally, got ${ref}, whose graph has ${drawn.slice(0, 5).join(', ')}: leave cache out.`,
    { field: ['cache'] },
  );
}
