/** An operator lets rows meet, or is not known not to. The message completes "…: ". */
export class ProofEnd extends Error {
  override readonly name = 'ProofEnd';
}
