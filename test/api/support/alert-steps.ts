import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, succeed, type Api } from './ask.js';
import { INFER } from './catalog-steps.js';

export const SECRET = 'a-secret-of-24-characters';

const RULE = /* GraphQL */ `
  fragment Rule on AlertRule {
    id
    name
    summary
    enabled
    severity
    deployments
    forDuration
    silencedUntil
    condition {
      text
      threshold {
        metric
        operator
        value
        clearValue
        window
      }
      staleness {
        maxAge
      }
    }
    webhooks {
      url
      secret
      lastDeliveredAt
      problem
      waitingCount
    }
    alerts {
      state
      deploymentName
      value
    }
  }
`;
export const CREATE_RULE = /* GraphQL */ `
  ${RULE}
  mutation ($input: CreateAlertRuleInput!) {
    createAlertRule(input: $input) {
      alertRule {
        ...Rule
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;
export const UPDATE_RULE = /* GraphQL */ `
  ${RULE}
  mutation ($input: UpdateAlertRuleInput!) {
    updateAlertRule(input: $input) {
      alertRule {
        ...Rule
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;
export const DELETE_RULE = /* GraphQL */ `
  mutation ($input: DeleteAlertRuleInput!) {
    deleteAlertRule(input: $input) {
      alertRule {
        name
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;
export const SILENCE = /* GraphQL */ `
  mutation ($input: SilenceAlertsInput!) {
    silenceAlerts(input: $input) {
      alerts {
        deploymentName
        silencedUntil
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;
export const UNSILENCE = /* GraphQL */ `
  mutation ($input: UnsilenceAlertsInput!) {
    unsilenceAlerts(input: $input) {
      alerts {
        deploymentName
        silencedUntil
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;
export const TEST_RULE = /* GraphQL */ `
  mutation ($input: TestAlertRuleInput!) {
    testAlertRule(input: $input) {
      test {
        condition
        resolution
        lookCount
        firings {
          since
          firedAt
          resolvedAt
          value
          threshold
          message
        }
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;
const RULES = /* GraphQL */ `
  ${RULE}
  query {
    alertRules(first: 100) {
      totalCount
      edges {
        node {
          ...Rule
        }
      }
    }
  }
`;
const ALERTS = /* GraphQL */ `
  query ($filter: AlertFilter) {
    alerts(filter: $filter, first: 100) {
      edges {
        node {
          id
          state
          severity
          ruleName
          deploymentName
          value
          threshold
          message
          since
          firedAt
          resolvedAt
          silencedUntil
          rule {
            name
          }
          deployment {
            name
          }
        }
      }
    }
  }
`;

export interface SeenRule {
  readonly id: string;
  readonly name: string;
  readonly forDuration: string;
  readonly silencedUntil: string | null;
  readonly condition: { readonly text: string };
  readonly webhooks: readonly {
    readonly url: string;
    readonly secret: string;
    readonly lastDeliveredAt: string | null;
    readonly problem: string | null;
    readonly waitingCount: number;
  }[];
  readonly alerts: readonly { readonly state: string; readonly deploymentName: string }[];
}

export interface SeenAlert {
  readonly id: string;
  readonly state: string;
  readonly ruleName: string;
  readonly deploymentName: string;
  readonly value: number | null;
  readonly message: string;
  readonly firedAt: string | null;
  readonly resolvedAt: string | null;
  readonly silencedUntil: string | null;
  readonly rule: { readonly name: string } | null;
  readonly deployment: { readonly name: string } | null;
}

export async function createRule(api: Api, name: string, more: object): Promise<SeenRule> {
  const { alertRule } = await succeed<{ alertRule: SeenRule }>(api, CREATE_RULE, {
    input: { name, ...more },
  });
  return alertRule;
}

export async function updateRule(api: Api, rule: string, more: object): Promise<SeenRule> {
  const { alertRule } = await succeed<{ alertRule: SeenRule }>(api, UPDATE_RULE, {
    input: { rule, ...more },
  });
  return alertRule;
}

export async function rulesOf(api: Api): Promise<SeenRule[]> {
  const { alertRules } = await ask<{ alertRules: { edges: { node: SeenRule }[] } }>(api, RULES);
  return alertRules.edges.map(({ node }) => node);
}

/** Newest first. */
export async function alertsOf(api: Api, filter: object = {}): Promise<SeenAlert[]> {
  const { alerts } = await ask<{ alerts: { edges: { node: SeenAlert }[] } }>(api, ALERTS, { filter });
  return alerts.edges.map(({ node }) => node);
}

/** Errors of so many requests: the model refuses a tensor of three. */
export async function fail(api: Api, deployment: string, times: number): Promise<void> {
  const input = { deployment, inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] }] };
  for (let count = 0; count < times; count += 1) await api.graphql(INFER, { input });
}

/** A file of secrets, as an operator keeps it. */
export async function secretsFile(secrets: Readonly<Record<string, string>>): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'retort-test-secrets-')), 'secrets.json');
  await writeSecrets(file, secrets);
  return file;
}

export async function writeSecrets(file: string, secrets: Readonly<Record<string, string>>): Promise<void> {
  await writeFile(file, JSON.stringify(secrets));
  await chmod(file, 0o600);
}
