import { tab } from './tab.js';

export const compareVersions = tab(
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
);
