const LEAST_BYTES = 256 * 1024 ** 2;
const USUAL_BYTES = 2 * 1024 ** 3;
/** Of its file, what a model takes at least with its weights laid out anew, and usually with what its runs need. */
const LEAST_TIMES = 4;
const USUAL_TIMES = 8;

/**
 * What each process of a model may take, in bytes, beside what Node.js takes for itself.
 *
 * @param setting as its deployment says; null leaves it to the size of the model's file
 * @param budgetBytes what all models together may take: one may take all of it, but a model that loads must have room to run
 */
export function memoryLimit(setting: number | null, fileBytes: number, budgetBytes: number): number {
  if (setting !== null) return setting;
  const usual = USUAL_TIMES * fileBytes + USUAL_BYTES;
  return Math.max(LEAST_TIMES * fileBytes + LEAST_BYTES, Math.min(budgetBytes, usual));
}
