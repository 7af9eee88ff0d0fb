import { tab } from './tab.js';

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

export const yourOwnModel = tab(
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
);
