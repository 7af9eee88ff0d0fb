/** The graph has no gradient graph, and why: a clause that names the operator. */
export class NoGradientGraph extends Error {}
