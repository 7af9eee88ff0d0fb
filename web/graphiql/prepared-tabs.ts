/** A tab that is there on the first visit, ready to run. */
export interface PreparedTab {
  readonly query: string;
  /** JSON. */
  readonly variables?: string;
}

/**
 * y = 2x + 1 for any number of rows: a whole ONNX file, small enough to read here. One Mul and one Add, written
 * with opset 21.
 */
const TINY_MODEL =
  'CAoSBnJldG9ydDqWAQoeCgF4CgVzbG9wZRIFbXVsXzAaBm5vZGVfMCIDTXVsCh8KBW11bF8wCgZvZmZzZXQSAXkaBm5vZGVfMSIDQWRkEgRsaW5l' +
  'Kg8QAUIFc2xvcGVKBAAAAEAqEBABQgZvZmZzZXRKBAAAgD9aFAoBeBIPCg0IARIJCgcSBWJhdGNoYhQKAXkSDwoNCAESCQoHEgViYXRjaEIECgAQFQ==';

/** Of this page's server, also behind a proxy that adds a prefix. Tests read the tabs without a page. */
function serverAddress(): string {
  return typeof document === 'undefined' ? '' : new URL('.', document.baseURI).href.replace(/\/$/, '');
}

export const preparedTabs: PreparedTab[] = [
  tab(
    `
# 1. The whole catalog. The filter (below) narrows it down
#    by field of science, by label, and by words in what
#    models say about themselves, each of them optional:
#    {"domain": "CHEMISTRY", "labels": ["solubility"],
#     "text": "water"}
#
#    Run it with the triangle, or with Ctrl+Enter.
#    The book on the left explains every type and field.
query Discover($filter: ModelFilter) {
  models(filter: $filter, first: 20) {
    totalCount
    edges {
      node {
        name
        title
        summary
        domain
        labels
        deployments {
          edges {
            node {
              name
              state
            }
          }
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}`,
    { filter: {} },
  ),
  tab(
    `
# 2. Read a version before trusting it: what goes in and
#    out, in which units, its measured errors, and the
#    model card with its source and its limits.
#
#    A reference is model@production (an alias), model@2
#    (a number), model@v1.0.0 (a tag) or
#    model@sha256:… (the digest of its file).
query ReadVersion($ref: String!) {
  version(ref: $ref) {
    ref
    tags {
      name
    }
    aliases {
      name
    }
    signature {
      inputs {
        name
        datatype
        shape
        unit
        description
      }
      outputs {
        name
        datatype
        shape
        unit
        description
      }
    }
    metrics {
      name
      value
      unit
      dataset
    }
    notes
    pipeline
    artifact {
      digest
      size
      producer
      opsets {
        domain
        version
      }
      operators {
        operator
        count
      }
      parameterCount
    }
    model {
      title
      card
    }
  }
}`,
    { ref: 'esol@production' },
  ),
  predictTab(
    `
# 3. Solubility in water, log10 of mol/L, of ethanol,
#    aspirin and caffeine, from their SMILES.
#    Add a molecule of your own. One that cannot be read,
#    such as "C1CC", fails alone and says why in "error".
mutation PredictEsol`,
    {
      version: 'esol@production',
      instances: ['CCO', 'CC(=O)Oc1ccccc1C(=O)O', 'CN1C=NC2=C1C(=O)N(C)C(=O)N2C'],
    },
  ),
  predictTab(
    `
# 4. The energy that holds a nucleus together, from its
#    numbers of protons (z) and neutrons (n):
#    iron-56 and lead-208.
mutation PredictNucleus`,
    {
      deployment: 'binding-energy',
      instances: [
        { z: 26, n: 30 },
        { z: 82, n: 126 },
      ],
    },
  ),
  predictTab(
    `
# 5. The Lennard-Jones energy of particles at these
#    positions, in reduced units: two at the distance of
#    the minimum, 2^(1/6), where it is -1; and four in a
#    periodic box of side 8, cut off at distance 3.
mutation PredictParticles`,
    {
      deployment: 'lennard-jones',
      instances: [
        {
          positions: [
            [0, 0, 0],
            [1.122462048309373, 0, 0],
          ],
        },
        {
          positions: [
            [0.5, 0.5, 0.5],
            [7.5, 0.5, 0.5],
            [4, 4, 4],
            [4, 5.2, 4],
          ],
          box: 8,
          cutoff: 3,
        },
      ],
    },
  ),
  inferTab(
    `
# 6. The same model without its chemistry: raw tensors in
#    and out. One row a molecule, here ethanol's clogP,
#    weight, rotatable bonds and aromatic share. Names,
#    datatypes and shapes are those of the signature in
#    tab 2, where -1 fits any number.
mutation InferEsol`,
    {
      version: 'esol@production',
      inputs: [{ name: 'features', datatype: 'FP64', shape: [1, 4], data: [[-0.0014, 46.069, 0, 0]] }],
    },
  ),
  inferTab(
    `
# 7. Raw tensors of binding-energy: the protons and the
#    neutrons of iron-56 and lead-208.
mutation InferNucleus`,
    {
      deployment: 'binding-energy',
      inputs: [
        { name: 'z', datatype: 'INT64', shape: [2], data: [26, 82] },
        { name: 'n', datatype: 'INT64', shape: [2], data: [30, 126] },
      ],
    },
  ),
  inferTab(
    `
# 8. Raw tensors of lennard-jones: two particles at the
#    distance of the minimum. For large tensors, data may
#    be base64 of little-endian bytes both ways: add
#    "encoding": "BASE64" to get the answer so.
mutation InferParticles`,
    {
      deployment: 'lennard-jones',
      inputs: [
        { name: 'positions', datatype: 'FP64', shape: [2, 3], data: [0, 0, 0, 1.122462048309373, 0, 0] },
        { name: 'box', datatype: 'FP64', shape: [], data: [0] },
        { name: 'cutoff', datatype: 'FP64', shape: [], data: [0] },
      ],
    },
  ),
  tab(
    `
# 9. A model of your own, in four steps that run in order:
#    register its name, publish an ONNX file as its next
#    version, deploy that version, and ask it. The file is
#    y = 2x + 1, here as base64 in the variables.
#
#    Upload a larger file first, as a stream:
#
# curl -H 'Content-Type: application/octet-stream' \\
#   -T model.onnx -X POST ${serverAddress()}/artifacts
#
#    (add -H 'Authorization: Bearer <key>' when the server
#    has one). It answers {"digest": "sha256:…", "size": …}.
#    Then give {"digest": "sha256:…"} as the artifact. The
#    same bytes are stored once, however often they come.
#
#    On a second run the name is taken, as userErrors says,
#    and the file becomes the next version.
mutation YourOwnModel(
  $model: RegisterModelInput!
  $version: PublishVersionInput!
  $deployment: DeployVersionInput!
  $inference: InferInput!
) {
  registerModel(input: $model) {
    model {
      name
    }
    userErrors {
      code
      message
    }
  }
  publishVersion(input: $version) {
    version {
      ref
      signature {
        inputs {
          name
          datatype
          shape
        }
        outputs {
          name
          datatype
          shape
        }
      }
    }
    userErrors {
      code
      message
    }
  }
  deployVersion(input: $deployment) {
    deployment {
      name
      state
      stateReason
    }
    userErrors {
      code
      message
    }
  }
  infer(input: $inference) {
    outputs {
      name
      data
    }
    userErrors {
      code
      message
    }
  }
}`,
    {
      model: { name: 'my-line', title: 'A straight line', domain: 'GENERAL', labels: ['first-steps'] },
      version: { model: 'my-line', artifact: { base64: TINY_MODEL }, notes: 'y = 2x + 1' },
      deployment: { name: 'my-line', version: 'my-line' },
      inference: {
        deployment: 'my-line',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [3], data: [0, 1, 20.5] }],
      },
    },
  ),
  tab(
    `
# 10. Everything that happens, as it happens. Run it, then
#     run other tabs in a second window, and watch; the
#     newest event is shown first.
#
#     Each event has a cursor. Put the last one you saw
#     into "after": you miss nothing and see nothing twice,
#     however long you were away. Leave it null to see what
#     happens from now on. Leaving this tab stops the stream;
#     run it again, and it goes on where it was.
subscription WatchEvents($after: String, $filter: EventFilter) {
  monitoringEvents(after: $after, filter: $filter) {
    cursor
    at
    kind
    message
    actor
    requestId
    modelName
    versionNumber
    deploymentName
    ... on DeploymentEvent {
      fromState
      toState
    }
    ... on RequestsServedEvent {
      count
      meanMs
      p99Ms
    }
    ... on RequestFailedEvent {
      code
    }
  }
}`,
    { after: null, filter: {} },
  ),
  tab(
    `
# 11. Two versions side by side, before one takes the
#     other's place: what callers meet, what the graphs
#     differ in, which is better by its metrics, and what
#     both answer to the examples they were published with.
#
#     Other samples: {"instances": ["CCO"]}, made-up rows
#     {"generated": {"rows": 40}}, or what callers have
#     asked, {"recorded": {"deployment": "esol"}}, once the
#     deployment records: updateDeployment(input: {name:
#     "esol", recording: {sampleRate: 0.1}}).
query CompareVersions(
  $base: String!
  $target: String!
  $sample: ComparisonSampleInput
) {
  compareVersions(base: $base, target: $target) {
    signature {
      compatibility
      differences {
        reason
      }
    }
    pipeline {
      compatibility
      differences {
        reason
      }
    }
    graph {
      initializers {
        name
        change
        difference {
          largest
          mean
        }
      }
    }
    metrics {
      name
      base
      target
      verdict
    }
    outputs(sample: $sample) {
      sample {
        description
      }
      outputs {
        name
        unit
        differences {
          absolute {
            largest
            mean
            p90
          }
          rows {
            origin
            base
            target
            expected
          }
        }
      }
    }
  }
}`,
    { base: 'esol@1', target: 'esol@2', sample: { examples: { of: 'BOTH' } } },
  ),
];

function tab(query: string, variables: object): PreparedTab {
  return { query: `${query.trim()}\n`, variables: `${JSON.stringify(variables, null, 2)}\n` };
}

function predictTab(commentAndName: string, input: object): PreparedTab {
  return tab(
    `${commentAndName}($input: PredictInput!) {
  predict(input: $input) {
    predictions {
      value
      unit
      results {
        name
        value
        unit
      }
      warnings {
        kind
        message
      }
      error {
        kind
        message
      }
    }
    version {
      ref
    }
    timing {
      queueMs
      inferMs
      totalMs
    }
    userErrors {
      field
      code
      message
    }
  }
}`,
    { input },
  );
}

function inferTab(commentAndName: string, input: object): PreparedTab {
  return tab(
    `${commentAndName}($input: InferInput!) {
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
    }
    userErrors {
      field
      code
      message
    }
  }
}`,
    { input },
  );
}
