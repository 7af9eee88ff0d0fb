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

export const preparedTabs: PreparedTab[] = [
  tab(
    `
# 1. Find models by their field of science, by label, and by words in what they say about themselves.
#    Every condition is optional: empty the filter to see the whole catalog.
#    Run it with the triangle above, or with Ctrl+Enter.
query DiscoverModels($filter: ModelFilter) {
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
    { filter: { domain: 'CHEMISTRY', labels: ['solubility'], text: 'water' } },
  ),
  tab(
    `
# 2. Read a version before trusting it: what goes in and comes out, in which units, how well it was measured to do,
#    and the model card with its source and its limits.
#    A reference is model@production (an alias), model@2 (a number), model@v1.0.0 (a tag) or model@sha256:… (a digest).
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
# 3. Aqueous solubility (log10 of mol/L) of ethanol, aspirin and caffeine, from their SMILES.
#    Add a molecule of your own. One that cannot be read, such as "C1CC", fails alone, with its reason in "error".
mutation PredictSolubility`,
    {
      version: 'esol@production',
      instances: ['CCO', 'CC(=O)Oc1ccccc1C(=O)O', 'CN1C=NC2=C1C(=O)N(C)C(=O)N2C'],
    },
  ),
  predictTab(
    `
# 4. The energy that holds a nucleus together, from its numbers of protons (z) and neutrons (n): iron-56 and lead-208.
mutation PredictBindingEnergy`,
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
# 5. The Lennard-Jones energy of particles at these positions, in reduced units: two at the distance of the minimum,
#    2^(1/6) sigma, where it is -1; and four in a periodic box of side 8, cut off at distance 3.
mutation PredictLennardJones`,
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
# 6. The same model without its chemistry: raw tensors in and out. One row a molecule, here the descriptors of ethanol.
#    Names, datatypes and shapes are those of the signature in tab 2; -1 there fits any number of rows.
mutation InferSolubility`,
    { version: 'esol@production', inputs: [] },
  ),
  inferTab(
    `
# 7. Raw tensors of binding-energy: iron-56.
mutation InferBindingEnergy`,
    { deployment: 'binding-energy', inputs: [] },
  ),
  inferTab(
    `
# 8. Raw tensors of lennard-jones: two particles at the distance of the minimum. With encoding BASE64 the
#    values come as little-endian bytes, which is quicker for large tensors.
mutation InferLennardJones`,
    { deployment: 'lennard-jones', inputs: [] },
  ),
  tab(
    `
# 9. A model of your own, in four steps that run in order: register its name, publish an ONNX file as its next version,
#    deploy that version, and ask it. The file here is y = 2x + 1, given as base64 in the variables.
#
#    A file of any size is uploaded first, as a stream:
#
#      curl -H 'Content-Type: application/octet-stream' --data-binary @model.onnx http://localhost:4000/artifacts
#
#    (with -H 'Authorization: Bearer <key>' when the server has a key). The answer is {"digest":"sha256:…","size":…};
#    put {"digest": "sha256:…"} in the place of {"base64": …}. The same bytes are stored once, however often they come.
#    On a second run the name is taken, which userErrors says, and the version published is the next one.
mutation ServeYourOwnModel(
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
# 10. Everything that happens, as it happens. Run it, then run other tabs in a second window, and watch.
#     A cursor names an event: put the last one you saw into "after", and you miss nothing and see nothing twice,
#     however long you were away. Leave it null to see only what happens from now on.
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
      warnings {
        code
        message
      }
      error {
        code
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
