// Stands for `@jest/globals`. Modules live as long as their worker, and jest makes its functions anew for each test file:
// these are always those of the file that runs, since what a module imports is a binding and no copy.
export let afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test;

export function use(globals) {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test } = globals);
}
