import { RemoteProtocolValues, type RemoteEngineInput } from '../../__generated__/operations.js';
import { wrongUsage } from '../../failure.js';
import type { Values } from '../../option.js';

/** What names a model behind another server. @param about what `--remote-url` does to the command */
export function remoteOptions<const About extends string>(about: About) {
  return {
    'remote-url': {
      kind: 'text',
      describe: `${about}: its address, what stands before /v2 or /v1`,
      completes: 'nothing',
    },
    'remote-protocol': {
      kind: 'choice',
      choices: RemoteProtocolValues,
      describe: 'With --remote-url: what that server is spoken to in; open_inference when left out',
    },
    'remote-model': {
      kind: 'text',
      describe: "With --remote-url: the model's name there; the one here when left out",
      completes: 'nothing',
    },
    'remote-version': {
      kind: 'text',
      describe: 'With --remote-url: the version there; the server chooses when left out',
      completes: 'nothing',
    },
    'remote-credentials': {
      kind: 'text',
      describe: "With --remote-url: name of a secret in the server operator's file",
      completes: 'nothing',
    },
  } as const;
}

/**
 * The same as the API takes them.
 *
 * @param model what the engine is asked for when nothing else is said
 * @throws Failure USAGE for what is said of an engine that is not named
 */
export function remoteEngine(
  values: Values<ReturnType<typeof remoteOptions>>,
  model: string,
): RemoteEngineInput | undefined {
  const { remoteUrl: url, remoteProtocol, remoteModel, remoteVersion, remoteCredentials } = values;
  if (url !== undefined)
    return {
      protocol: remoteProtocol ?? 'OPEN_INFERENCE',
      url,
      model: remoteModel ?? model,
      version: remoteVersion,
      credentials: remoteCredentials,
    };
  const alone = [remoteProtocol, remoteModel, remoteVersion, remoteCredentials].some(
    (value) => value !== undefined,
  );
  if (alone) throw wrongUsage('Expected --remote-url beside the other --remote options, got none.');
  return undefined;
}
