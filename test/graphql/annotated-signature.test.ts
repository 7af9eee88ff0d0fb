import { expect, it } from '@jest/globals';
import { annotated } from '../../src/graphql/annotated-signature.js';

it('an extent that was stored before such were refused does not break what shows it', () => {
  const [spec] = annotated([{ name: 'y', datatype: 'FP32', shape: [2 ** 31, -1, 3] }], {});
  expect(spec).toMatchObject({ shape: [-1, -1, 3], extents: [2 ** 31, -1, 3] });
});
