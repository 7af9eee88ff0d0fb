import { posix } from 'node:path';
import { BLOCK, encodePathHeader, END_BLOCKS, paddingOf, spaceOf } from '../../platform/tar/ustar.js';
import { badBundle, memberName, type Member } from './member.js';

/**
 * The files of one model in their one order, with paths from the folder that holds its graph. Equal contents are the same
 * list, whoever packed them.
 *
 * @throws DomainError INVALID_ARGUMENT
 */
export function arrange(packed: readonly Member[]): Member[] {
  const named = packed.flatMap((member) => {
    const name = memberName(member.name);
    return name === null ? [] : [{ ...member, name }];
  });
  const main = mainFile(named);
  const folder = posix.dirname(main.name);
  const members = named.map((member) => {
    const name = posix.relative(folder, member.name);
    if (name.startsWith('..'))
      throw badBundle(
        `${JSON.stringify(member.name)}, which is not in the folder of ${JSON.stringify(main.name)}`,
      );
    if (encodePathHeader({ name, size: member.size }) === null)
      throw badBundle(`a path longer than a tar holds: ${JSON.stringify(name.slice(0, 200))}`);
    return { ...member, name };
  });
  checkDistinct(members.map(({ name }) => name));
  return members.sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
}

/** What a model's folder is told by: the graph, or what other frameworks begin with. The first kind that is there counts. */
const MAIN_FILES: readonly (readonly [string, RegExp])[] = [
  ['.onnx', /\.onnx$/],
  ['saved_model.pb', /(?:^|\/)saved_model\.pb$/],
  ['NAME-symbol.json', /-symbol\.json$/],
];

/** Whether a file is a graph that can be served as it is. */
export function isGraph({ name }: Pick<Member, 'name'>): boolean {
  return name.endsWith('.onnx');
}

function mainFile(named: readonly Member[]): Member {
  for (const [kind, pattern] of MAIN_FILES) {
    const found = named.filter(({ name }) => pattern.test(name));
    const [main] = found;
    if (found.length > 1) throw badBundle(`${found.length} ${kind} files: ${listed(found)}`);
    if (main !== undefined) return main;
  }
  throw badBundle(`no .onnx file: ${listed(named)}`);
}

/** On every file system: also where large and small letters, or two ways to write an accent, are the same. */
function checkDistinct(names: readonly string[]): void {
  const seen = new Map<string, string>();
  const folded = (name: string) => name.normalize('NFC').toLowerCase();
  for (const name of names) {
    const other = seen.get(folded(name));
    if (other === name) throw badBundle(`${JSON.stringify(name)} twice`);
    if (other !== undefined)
      throw badBundle(`${JSON.stringify(other)} and ${JSON.stringify(name)}, which are one on some systems`);
    seen.set(folded(name), name);
  }
  for (const name of names)
    for (let parent = posix.dirname(name); parent !== '.'; parent = posix.dirname(parent))
      if (seen.has(folded(parent))) throw badBundle(`${JSON.stringify(parent)} as a file and as a folder`);
}

/** The bytes of the bundle: a tar without the time, the place and the owner of its packing. */
export async function* bundleBytes(members: readonly Member[]): AsyncGenerator<Buffer> {
  for (const { name, size, read } of members) {
    yield headerOf({ name, size });
    if (size > 0) yield* read();
    if (paddingOf(size) > 0) yield Buffer.alloc(paddingOf(size));
  }
  yield Buffer.alloc(END_BLOCKS * BLOCK);
}

export function bundleSize(members: readonly Pick<Member, 'size'>[]): number {
  return members.reduce((sum, { size }) => sum + spaceOf(size), END_BLOCKS * BLOCK);
}

export function headerOf(member: Pick<Member, 'name' | 'size'>): Buffer {
  const header = encodePathHeader(member);
  if (header === null) throw badBundle(`a path longer than a tar holds: ${JSON.stringify(member.name)}`);
  return header;
}

function listed(members: readonly Member[]): string {
  const names = members.slice(0, 5).map(({ name }) => JSON.stringify(name));
  return names.join(', ') + (members.length > 5 ? ', …' : '');
}
