import { helpOf } from './arguments.js';
import type { Command } from './command.js';
import { COMMANDS } from './commands/index.js';

/** docs/cli.md: what every command prints for `--help`, so that the two cannot say different things. */
export function documentation(): string {
  return [INTRODUCTION, ...COMMANDS.map(chapter), ''].join('\n\n');
}

function chapter(command: Command): string {
  const { name, output } = command;
  return [
    `## retort ${name}`,
    `\`\`\`text\n${ownHelp(command)}\n\`\`\``,
    `\`--json\` prints \`${output}\`.`,
  ].join('\n\n');
}

/** Without the options every command has: they are in the introduction. */
function ownHelp({ name }: Command): string {
  const paragraphs = helpOf(COMMANDS, name).trimEnd().split('\n\n');
  return paragraphs.filter((paragraph) => !/^(?:Everywhere|Commands):/.test(paragraph)).join('\n\n');
}

const INTRODUCTION = `<!-- Written by scripts/cli-docs.mjs from the commands' own definitions; change those, and run it again. -->

# The command line

\`retort\` does from a terminal or from CI what the GraphQL API offers, and uses nothing else.

| from | run |
| --- | --- |
| the project's folder | \`npm run --silent retort -- list\`, which builds first when something changed; or \`npx retort list\` after a build |
| anywhere on this machine | \`npm link\` once, then \`retort list\` |
| the container | \`docker compose exec retort node dist/cli/main.js list\` |

## Everywhere

| option | variable | meaning |
| --- | --- | --- |
| \`--url\` | \`RETORT_URL\` | the server; what \`retort login\` remembers, else \`http://127.0.0.1:4000\`, when left out |
| \`--api-key\` | \`RETORT_API_KEY\` | its key; never printed. Prefer the variable, which no list of processes shows |
| \`--json\` | | print exactly one JSON document on stdout; \`events --follow\` prints one a line |

Results go to stdout; bars, spinners and remarks go to stderr, and only to a terminal. Options that may be given several times
are given as \`--tag a --tag b\`; values with a fixed set may be written small. Behind \`--\` nothing is an option.

With \`--json\` the document of a result is described with its command below. Its fields are those of the
[GraphQL schema](../schema), fields may be added, and none change their meaning. An error is

\`\`\`json
{"error": {"code": "ALIAS_MOVED", "message": "…", "field": ["expected"]}}
\`\`\`

where \`code\` is the server's own or one of \`USAGE\`, \`FILE\` (a file here cannot be read or written), \`UNREACHABLE\`, \`NOT_RETORT\`,
\`DAMAGED\` and \`INTERRUPTED\`, and \`field\` is null or the place in the API's input. The message also goes to stderr.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | refused by the server, for a reason you can put right; nothing was changed, unless the message says so |
| 2 | wrong usage, or a file on this machine that cannot be read or written |
| 3 | no answer: the server is away, does not accept the key, is overloaded or failed, or the run of the model did |
| 4 | done, and the answer is no: \`compare --fail-on\` found something, a deployment failed, a migration was rolled back, an instance got no value, an alias did not exist then, an import would be refused |
| 130 | interrupted by Ctrl-C or SIGTERM; what runs on the server by itself (a loading, a migration) goes on |

Names are completed in bash, zsh and fish, with models, versions and deployments of the server: see \`retort completion\`.`;
