import { TagVersion, UntagVersion } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';

export const tag = defineCommand({
  name: 'tag',
  summary: 'Give a version a permanent name, or take one away',
  positionals: {
    ref: { kind: 'text', required: true, describe: 'The version, such as esol@3', completes: 'ref' },
    tag: { kind: 'text', required: true, describe: 'The name, such as v1.2.0', completes: 'tag' },
  },
  options: {
    remove: { kind: 'flag', describe: 'Take the tag away' },
    reason: { kind: 'text', describe: 'Why, for those who read the events later' },
  },
  examples: [
    ['retort tag esol@3 v1.2.0', 'Name version 3'],
    ['retort tag --remove esol@3 v1.2.0 --reason "wrong data"', 'Take the name away'],
  ],
  output: '{version: {ref, tags: [{name}]}}',
  async run({ ref, tag: name, remove, reason }, { api }) {
    const input = { version: ref, tag: name, reason };
    const version = remove
      ? accepted((await api.ask(UntagVersion, { input })).untagVersion, 'version')
      : accepted((await api.ask(TagVersion, { input })).tagVersion, 'version');
    const tags = version.tags.map((each) => each.name).join(', ');
    return { json: { version }, text: `${version.ref}: ${tags === '' ? 'no tags' : tags}` };
  },
});
