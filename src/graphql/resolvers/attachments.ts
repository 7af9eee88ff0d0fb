import type { Resolvers } from '../__generated__/resolvers.js';

export const attachmentResolvers = {
  Attachment: {
    size: ({ size }) => BigInt(size),
    rows: ({ rows }) => (rows === null ? null : BigInt(rows)),
    url: ({ digest }) => `/artifacts/${digest}`,
  },
} satisfies Resolvers;
