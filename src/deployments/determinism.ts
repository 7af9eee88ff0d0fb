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

/** Whether a graph answers equal inputs equally, so that its answers may be remembered. */
export function isDeterministic(operators: Readonly<Record<string, number>>): boolean {
  return randomOperators(operators).length === 0;
}
