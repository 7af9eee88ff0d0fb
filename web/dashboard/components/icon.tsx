/** Drawn on a field of 16 × 16, in lines. */
const PATHS = {
  retort:
    'M6 1.5h4M6.75 1.5V6l-3.9 6.1a1.6 1.6 0 0 0 1.35 2.4h7.6a1.6 1.6 0 0 0 1.35-2.4L9.25 6V1.5M4.7 10.5h6.6',
  fleet: 'M2 3h12v3.5H2zM2 9.5h12V13H2zM4.5 4.75h.01M4.5 11.25h.01M7 4.75h4.5M7 11.25h4.5',
  catalog: 'M2.5 2.5h4.5v4.500H2.500zM9 2.500h4.500v4.500H9zM2.5 9h4.500v4.500H2.500zM9 9h4.500v4.500H9z',
  events: 'M2 4h2M6.5 4H14M2 8h2M6.5 8H14M2 12h2M6.5 12H14',
  jobs: 'M2.5 3.500h11M2.5 8h11M2.5 12.500h11M9 3.500v0M2.5 3.500h7M2.5 8h4M2.5 12.500h9',
  alerts: 'M8 2a4 4 0 0 1 4 4c0 3.5 1.5 4.5 1.5 5.500h-11C2.5 10.5 4 9.5 4 6a4 4 0 0 1 4-4zM6.5 14h3',
  playground: 'M3 2.500v11l10-5.500z',
  graphql: 'M8 2 13 5v6l-5 3-5-3V5zM8 2 3 11h10zM8 1.2v1.6M13.2 5h-.8M3.6 5h-.8',
  pulse: 'M1.5 8h3l2-5 3 10 2-5h3',
  offline:
    'M2 2l12 12M4.5 6.500A6 6 0 0 1 6 5.600M8 5a6 6 0 0 1 4.8 2M10.5 9.200a3 3 0 0 0-1-.6M6 9.200A3 3 0 0 1 7.5 8.500M8 12.500h.01M2 5.500a9 9 0 0 1 1.5-1M7 3a9 9 0 0 1 7 2.5',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3.200l2 1.3',
  check: 'M3 8.5 6.5 12 13 4.5',
  checked: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5.3 8.200l1.9 1.9 3.5-3.9',
  cross: 'M4 4l8 8M12 4l-8 8',
  failed: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5.8 5.800l4.4 4.400M10.2 5.800l-4.4 4.4',
  warning: 'M8 2.2 14.3 13.500H1.700zM8 6.500v3M8 11.600h.01',
  info: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.300v3.400M8 5.200h.01',
  busy: 'M8 2a6 6 0 1 1-5.6 3.9',
  stopped: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6 6h4v4H6z',
  pause: 'M5 3v10M11 3v10',
  play: 'M4 2.500v11l9-5.500z',
  back: 'M6.5 3.5 2.5 7.500l4 4M2.5 7.500h7a4 4 0 0 1 0 8',
  previous: 'M10 3.5 5.5 8l4.5 4.5',
  next: 'M6 3.5 10.5 8 6 12.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.200v1.300M8 13.500v1.300M1.2 8h1.300M13.5 8h1.300M3.2 3.200l.9.9M11.9 11.900l.9.9M3.2 12.800l.9-.9M11.9 4.100l.9-.9',
  moon: 'M13 9.500A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.500z',
  contrast: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 2v12M8 5h3.800M8 8h5M8 11h3.8',
  logout: 'M6.5 2.500h-3v11h3M6.5 8h7.500M11 5l3 3-3 3',
  plus: 'M8 3v10M3 8h10',
  bell: 'M8 2a4 4 0 0 1 4 4c0 3.5 1.5 4.5 1.5 5.500h-11C2.5 10.5 4 9.5 4 6a4 4 0 0 1 4-4zM6.5 14h3',
  silenced: 'M2 2l12 12M5 4a4 4 0 0 1 7 2c0 1.5.3 2.5.6 3.300M11.5 11.500h-9C2.5 10.5 4 9.5 4 6M6.5 14h3',
  drift: 'M1.5 12c2.5 0 2.5-7 5-7s2.5 7 5 7M7 12c2 0 2-9 4-9s1.5 9 3.5 9',
  table: 'M2 3h12v10H2zM2 6.500h12M6 3v10',
  copy: 'M5.5 5.500h8v8h-8zM10.5 5.500v-3h-8v8h3',
  search: 'M7 2.500a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.300l3.2 3.2',
  upload: 'M8 10.500V3M5 5.5 8 2.500l3 3M2.5 10v3.500h11V10',
  external: 'M9 2.500h4.500V7M13.5 2.5 7.5 8.500M11.5 9.500v4h-9v-9h4',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside a word that says the same; screen readers pass over it. */
export function Icon({ name, className = '' }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg
      className={`icon ${className}`}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
