import { tab } from './tab.js';

export const discover = tab(
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
);

export const readVersion = tab(
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
);
