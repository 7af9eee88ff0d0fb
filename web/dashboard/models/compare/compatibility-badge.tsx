import { Badge } from '../../components/badge.js';
import type { Compatibility } from '../../__generated__/operations.js';

const LOOKS = {
  IDENTICAL: ['idle', 'check', 'Identical'],
  COMPATIBLE: ['good', 'checked', 'Compatible'],
  BREAKING: ['bad', 'warning', 'Breaking'],
} as const satisfies Record<Compatibility, unknown>;

export function CompatibilityBadge({ value }: { readonly value: Compatibility }) {
  const [tone, icon, word] = LOOKS[value];
  return (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}
