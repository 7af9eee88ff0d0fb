/** Places and what was measured there; the places rise strictly. */
export interface Spectrum {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** What a step refuses to make of one spectrum: the message of its row's error. */
export class SpectrumFault extends Error {
  override readonly name = 'SpectrumFault';
}
