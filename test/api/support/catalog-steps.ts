import { ask, succeed, type Api } from './ask.js';

export const INFER = /* GraphQL */ `
  mutation ($input: InferInput!) {
    infer(input: $input) {
      outputs {
        name
        datatype
        shape
        data
      }
      version {
        ref
      }
      timing {
        queueMs
        inferMs
        totalMs
        batchSize
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;

export const REGISTER = /* GraphQL */ `
  mutation ($input: RegisterModelInput!) {
    registerModel(input: $input) {
      model {
        id
        name
        title
        summary
        domain
        labels
        card
        createdBy
        archivedAt
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;

export const PUBLISH = /* GraphQL */ `
  mutation ($input: PublishVersionInput!) {
    publishVersion(input: $input) {
      version {
        id
        ref
        number
        artifact {
          digest
          size
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

export const DEPLOY = /* GraphQL */ `
  mutation ($input: DeployVersionInput!) {
    deployVersion(input: $input) {
      deployment {
        id
        name
        state
        stateReason
        version {
          ref
        }
        revision {
          number
          state
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

/** The most that a server takes; its own default of 30 s is too little for a machine that does much else. */
const LONGEST_WAIT_MS = 600_000;

export interface PublishedVersion {
  readonly id: string;
  readonly ref: string;
  readonly number: number;
  readonly artifact: { readonly digest: string; readonly size: number };
}

export interface Deployed {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly stateReason: string | null;
  readonly version: { readonly ref: string };
  readonly revision: { readonly number: number; readonly state: string };
}

export interface Inferred {
  readonly outputs: readonly { name: string; datatype: string; shape: number[]; data: unknown }[];
  readonly version: { readonly ref: string };
  readonly timing: Record<'queueMs' | 'inferMs' | 'totalMs' | 'batchSize', number>;
}

export async function register(api: Api, name: string, more: object = {}): Promise<{ id: string }> {
  const { model } = await succeed<{ model: { id: string } }>(api, REGISTER, {
    input: { name, domain: 'GENERAL', ...more },
  });
  return model;
}

/** Publishes bytes as the next version of a registered model. */
export async function publish(
  api: Api,
  model: string,
  bytes: Uint8Array,
  more: object = {},
): Promise<PublishedVersion> {
  const base64 = Buffer.from(bytes).toString('base64');
  const { version } = await succeed<{ version: PublishedVersion }>(api, PUBLISH, {
    input: { model, artifact: { base64 }, ...more },
  });
  return version;
}

export async function deploy(api: Api, name: string, version: string, more: object = {}): Promise<Deployed> {
  const { deployment } = await succeed<{ deployment: Deployed }>(api, DEPLOY, {
    input: { name, version, waitMs: LONGEST_WAIT_MS, ...more },
  });
  return deployment;
}

/** A model of one version, served under the model's name. */
export async function serve(
  api: Api,
  name: string,
  bytes: Uint8Array,
  settings: object = {},
): Promise<Deployed> {
  await register(api, name);
  const { ref } = await publish(api, name, bytes);
  return deploy(api, name, ref, settings);
}

/** For many models of which one alone has to be in a process, as it is by default: starting one takes longer than the rest. */
export const IN_THREAD = { runtime: { isolation: 'THREAD' } };

/** What a scaling model answers to one row. */
export async function scale(
  api: Api,
  target: { deployment: string } | { version: string },
  row: readonly number[],
): Promise<unknown> {
  const input = { ...target, inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: row }] };
  const { outputs } = await succeed<Inferred>(api, INFER, { input });
  return outputs[0]?.data;
}

export async function latestCursor(api: Api): Promise<string> {
  const { events } = await ask<{ events: { edges: { cursor: string }[] } }>(
    api,
    '{ events(last: 1) { edges { cursor } } }',
  );
  return events.edges[0]?.cursor ?? '0';
}
