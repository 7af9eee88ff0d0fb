/** The settings that decide who may talk to this server: a part of `Config`. */
export interface SecurityConfig {
  readonly host: string;
  readonly apiKey?: string | undefined;
  /** Origins whose pages may call; `*` is all of them. */
  readonly allowedOrigins?: readonly string[];
  /** Proxies whose X-Forwarded-For says who called. */
  readonly trustedProxies?: readonly string[];
  /** With `traces`, every caller has a trace. */
  readonly telemetry?: { readonly traces: object | null } | null;
}

/** The configured key; an empty one counts as none, so that `RETORT_API_KEY=` can never be matched by an empty token. */
export function configuredKey(apiKey: string | undefined): string | undefined {
  return apiKey === '' ? undefined : apiKey;
}
