import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import {
  historyOf,
  registerWithVersions,
  REMOVE_ALIAS,
  ROLLBACK_ALIAS,
  rollbackAlias,
  setAlias,
  SET_ALIAS,
  TAG,
  targetOf,
  UNTAG,
} from './support/alias-steps.js';
import { ask, refusal, succeed } from './support/ask.js';
import { storedEvents } from './support/event-watch.js';

describe.each(databaseKinds)('tags and aliases, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
    await registerWithVersions(app, 'names', 2);
  });
  afterAll(() => app.close());

  const remove = (input: object) => succeed(app, REMOVE_ALIAS, { input });
  const tag = (version: string, name: string) => succeed(app, TAG, { input: { version, tag: name } });

  it.each([
    ['3', 'means version 3'],
    ['v1', 'looks like a version tag'],
    ['v1.2.0', 'looks like a version tag'],
    ['V1.2', 'looks like a version tag'],
    ['1.2', 'looks like a version tag'],
    ['v2-rc1', 'looks like a version tag'],
    ['sha256', 'digest'],
    [`sha256:${'0'.repeat(64)}`, 'Expected an alias name'],
    ['', 'Expected an alias name'],
    ['nul\u0000', 'Expected an alias name'],
  ])('refuses the alias %j and changes nothing', async (alias, why) => {
    const before = await storedEvents(app, '0', { model: 'names' });
    expect(await refusal(app, SET_ALIAS, { input: { model: 'names', alias, version: '1' } })).toMatchObject({
      code: 'INVALID_NAME',
      field: ['alias'],
      message: expect.stringContaining(why),
    });
    expect(await storedEvents(app, '0', { model: 'names' })).toEqual(before);
  });

  it.each(['12', '.hidden', '-flag', 'a..b', 'ends.', 'a.lock', 'sha256-x', ''])(
    'refuses the tag %j',
    async (name) => {
      expect(await refusal(app, TAG, { input: { version: 'names@1', tag: name } })).toMatchObject({
        code: 'INVALID_NAME',
        field: ['tag'],
      });
    },
  );

  it('never gives one name to a tag and an alias of one model', async () => {
    await registerWithVersions(app, 'twice', 2);
    await registerWithVersions(app, 'other', 1);
    await tag('twice@1', 'best');
    const taken = { code: 'NAME_TAKEN', message: expect.stringContaining('"twice"') };
    expect(
      await refusal(app, SET_ALIAS, { input: { model: 'twice', alias: 'best', version: '2' } }),
    ).toMatchObject(taken);
    await setAlias(app, { model: 'other', alias: 'best', version: '1' });
    await setAlias(app, { model: 'twice', alias: 'stable', version: '2' });
    expect(await refusal(app, TAG, { input: { version: 'twice@1', tag: 'stable' } })).toMatchObject(taken);
    // A name is free again when what had it is gone, and then a rollback cannot take it back.
    await remove({ model: 'twice', alias: 'stable' });
    await tag('twice@1', 'stable');
    expect(await refusal(app, ROLLBACK_ALIAS, { input: { model: 'twice', alias: 'stable' } })).toMatchObject(
      taken,
    );
    await succeed(app, UNTAG, {
      input: { version: 'twice@1', tag: 'stable', reason: 'given by mistake' },
    });
    expect(await rollbackAlias(app, { model: 'twice', alias: 'stable' })).toMatchObject({
      version: { ref: 'twice@2' },
    });
    expect(
      await ask(
        app,
        '{ events(filter: {model: "twice", kinds: [VERSION_UNTAGGED]}, last: 1) { edges { node { actor ... on VersionEvent { tag reason } } } } }',
      ),
    ).toEqual({
      events: {
        edges: [{ node: { actor: 'local', tag: 'stable', reason: 'given by mistake' } }],
      },
    });
  });

  it('says who moved an alias, when, from where, to where and why, also when it is gone', async () => {
    await registerWithVersions(app, 'told', 3);
    const change = { model: 'told', alias: 'production' };
    await setAlias(app, { ...change, version: '1', reason: 'first' });
    await setAlias(app, { ...change, version: '3', reason: 'better' });
    await rollbackAlias(app, { ...change, reason: 'worse after all' });
    await remove({ ...change, reason: 'no longer served' });
    await setAlias(app, { model: 'told', alias: 'staging', version: '2' });
    await succeed(
      app,
      'mutation { archiveModel(input: {name: "told", reason: "done"}) { model { name } userErrors { code } } }',
    );
    const [v1, v3] = [{ ref: 'told@1' }, { ref: 'told@3' }];
    const at = expect.stringMatching(/^\d{4}-.*Z$/);
    const common = { alias: 'production', actor: 'local', at, protected: false };
    expect(await historyOf(app, 'told', 'production')).toEqual([
      { ...common, kind: 'MOVED', from: null, to: v1, reason: 'first' },
      { ...common, kind: 'MOVED', from: v1, to: v3, reason: 'better' },
      { ...common, kind: 'ROLLED_BACK', from: v3, to: v1, reason: 'worse after all' },
      { ...common, kind: 'REMOVED', from: v1, to: null, reason: 'no longer served' },
    ]);
    expect((await historyOf(app, 'told')).map(({ alias, kind: what }) => `${alias} ${what}`)).toEqual([
      'production MOVED',
      'production MOVED',
      'production ROLLED_BACK',
      'production REMOVED',
      'staging MOVED',
    ]);
    expect(
      (await storedEvents(app, '0', { model: 'told', kinds: ['ALIAS_MOVED', 'ALIAS_REMOVED'] })).map(
        ({ message, aliasReason }) => [message, aliasReason],
      ),
    ).toEqual([
      ['Moved told@production to told@1', 'first'],
      ['Moved told@production from told@1 to told@3', 'better'],
      ['Rolled told@production back from told@3 to told@1', 'worse after all'],
      ['Removed the alias told@production', 'no longer served'],
      ['Moved told@staging to told@2', null],
    ]);
  });

  it('pages through the history from both ends', async () => {
    await registerWithVersions(app, 'paged', 2);
    for (let move = 0; move < 5; move += 1)
      await setAlias(app, {
        model: 'paged',
        alias: 'production',
        version: String((move % 2) + 1),
        reason: `move ${move}`,
      });
    const page = async (window: string) => {
      const { model } = await ask<{ model: { alias: { history: HistoryPage } } }>(
        app,
        `{ model(name: "paged") { alias(name: "production") { history(${window}) {
             edges { cursor node { reason } } pageInfo { hasNextPage hasPreviousPage } totalCount } } } }`,
      );
      const { edges, ...rest } = model.alias.history;
      return {
        ...rest,
        cursors: edges.map(({ cursor }) => cursor),
        seen: edges.map(({ node }) => node.reason),
      };
    };
    const first = await page('first: 2');
    expect(first).toMatchObject({
      seen: ['move 4', 'move 3'],
      totalCount: 5,
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
    const second = await page(`first: 9, after: "${first.cursors[1] ?? ''}"`);
    expect(second).toMatchObject({
      seen: ['move 2', 'move 1', 'move 0'],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
    expect(await page('last: 2')).toMatchObject({
      seen: ['move 1', 'move 0'],
      pageInfo: { hasPreviousPage: true },
    });
    expect(await page(`last: 1, before: "${second.cursors[0] ?? ''}"`)).toMatchObject({ seen: ['move 3'] });
    const answer = await app.graphql(
      '{ model(name: "paged") { aliasHistory(after: "WyJ2ZXJzaW9ucyIsMV0") { edges { cursor } } } }',
    );
    expect(answer.errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
  });

  it('answers what an alias was at any instant', async () => {
    await registerWithVersions(app, 'timed', 3);
    const change = { model: 'timed', alias: 'production' };
    for (const version of ['1', '2', '3']) await setAlias(app, { ...change, version });
    await rollbackAlias(app, { ...change, steps: 2 });
    await remove(change);
    const history = await historyOf(app, 'timed', 'production');
    // Changes within one millisecond have the same instant; the last of them is what the instant means.
    const expected = new Map(history.map(({ at, to }) => [at, to?.ref ?? null]));
    for (const [at, target] of expected) expect(await targetOf(app, 'timed', 'production', at)).toBe(target);
    const before = new Date(Date.parse(history[0]?.at ?? '') - 1).toISOString();
    expect(await targetOf(app, 'timed', 'production', before)).toBeNull();
    expect(await targetOf(app, 'timed', 'production')).toBeNull();
    await setAlias(app, { ...change, version: '2' });
    expect(await targetOf(app, 'timed', 'production', '9999-12-31T23:59:59Z')).toBe('timed@2');
    for (const at of ['+275760-09-13T00:00:00.000Z', '-271821-04-20T00:00:00.000Z', '1970-01-01T00:00:00Z'])
      expect(await targetOf(app, 'timed', 'production', at)).toBe(at.startsWith('+') ? 'timed@2' : null);
    for (const name of ['nothing', 'nul\u0000', ''])
      for (const at of [undefined, history[0]?.at]) expect(await targetOf(app, 'timed', name, at)).toBeNull();
  });

  it('changes a protected alias only with a reason', async () => {
    await registerWithVersions(app, 'guarded', 3);
    const change = { model: 'guarded', alias: 'production' };
    await setAlias(app, { ...change, version: '1' });
    await setAlias(app, { ...change, version: '2' });
    expect(await setAlias(app, { ...change, version: '2', protected: true })).toMatchObject({
      protected: true,
      version: { ref: 'guarded@2' },
    });
    const unchanged = await historyOf(app, 'guarded');
    const refused = { code: 'ALIAS_PROTECTED', field: ['reason'] };
    for (const reason of [undefined, null, '', '  \n']) {
      const input = { ...change, reason };
      const move = { ...input, version: '3' };
      expect(await refusal(app, SET_ALIAS, { input: move })).toMatchObject(refused);
      expect(
        await refusal(app, SET_ALIAS, { input: { ...input, version: '2', protected: false } }),
      ).toMatchObject(refused);
      expect(await refusal(app, ROLLBACK_ALIAS, { input })).toMatchObject(refused);
      expect(await refusal(app, REMOVE_ALIAS, { input })).toMatchObject(refused);
    }
    // What changes nothing needs no reason.
    await setAlias(app, { ...change, version: '2' });
    expect(await historyOf(app, 'guarded')).toEqual(unchanged);

    expect(await setAlias(app, { ...change, version: '3', reason: 'better' })).toMatchObject({
      protected: true,
    });
    expect(await rollbackAlias(app, { ...change, reason: 'worse' })).toMatchObject({
      protected: true,
      version: { ref: 'guarded@2' },
    });
    // Protecting is no move: one step back is still version 1.
    expect(await rollbackAlias(app, { ...change, reason: 'worse still' })).toMatchObject({
      version: { ref: 'guarded@1' },
    });
    await setAlias(app, { ...change, version: '1', protected: false, reason: 'thawed' });
    await setAlias(app, { ...change, version: '3' });
    expect((await historyOf(app, 'guarded')).map((entry) => [entry.kind, entry.protected])).toEqual([
      ['MOVED', false],
      ['MOVED', false],
      ['PROTECTED', true],
      ['MOVED', true],
      ['ROLLED_BACK', true],
      ['ROLLED_BACK', true],
      ['UNPROTECTED', false],
      ['MOVED', false],
    ]);
    expect(
      (await storedEvents(app, '0', { model: 'guarded', kinds: ['ALIAS_PROTECTION_CHANGED'] })).map(
        ({ message }) => message,
      ),
    ).toEqual([
      'Protected the alias guarded@production',
      'Took the protection from the alias guarded@production',
    ]);
  });

  it('rolls back one target after the other, and no further than there were any', async () => {
    await registerWithVersions(app, 'undone', 4);
    const change = { model: 'undone', alias: 'production' };
    expect(await refusal(app, ROLLBACK_ALIAS, { input: change })).toMatchObject({
      code: 'ALIAS_NOT_FOUND',
    });
    await setAlias(app, { ...change, version: '1' });
    expect(await refusal(app, ROLLBACK_ALIAS, { input: change })).toEqual({
      code: 'NO_EARLIER_TARGET',
      field: ['steps'],
      message:
        'undone@production cannot go back one step. It has no earlier target. To point it anywhere else, use setAlias.',
    });
    for (const version of ['2', '3', '4']) await setAlias(app, { ...change, version });
    const back = async (input: object) => (await rollbackAlias(app, { ...change, ...input })).version.ref;
    expect(await back({})).toBe('undone@3');
    expect(await back({})).toBe('undone@2');
    // Going on from there: what was rolled back is not behind the alias any more.
    await setAlias(app, { ...change, version: '4' });
    expect(await refusal(app, ROLLBACK_ALIAS, { input: { ...change, steps: 3 } })).toMatchObject({
      code: 'NO_EARLIER_TARGET',
      message: expect.stringContaining('Its 2 earlier targets are, latest first, undone@2, undone@1.'),
    });
    expect(await refusal(app, ROLLBACK_ALIAS, { input: { ...change, to: '3' } })).toMatchObject({
      code: 'NO_EARLIER_TARGET',
      field: ['to'],
      message: expect.stringContaining('undone@3 is no earlier target'),
    });
    expect(await refusal(app, ROLLBACK_ALIAS, { input: { ...change, to: '4' } })).toMatchObject({
      code: 'NO_EARLIER_TARGET',
      message: expect.stringContaining('points to undone@4 already'),
    });
    expect(await back({ to: 'undone@1' })).toBe('undone@1');
    // A removal is undone by one step too.
    await setAlias(app, { ...change, version: '3' });
    await remove(change);
    expect(await targetOf(app, 'undone', 'production')).toBeNull();
    expect(await back({ reason: 'removed by mistake' })).toBe('undone@3');
    expect(await back({})).toBe('undone@1');
    expect(await historyOf(app, 'undone')).toHaveLength(12);
  });

  it('refuses a rollback that is not meant seriously, or not meant any more', async () => {
    await registerWithVersions(app, 'strict', 2);
    const change = { model: 'strict', alias: 'production' };
    await setAlias(app, { ...change, version: '1' });
    await setAlias(app, { ...change, version: '2' });
    const unchanged = await historyOf(app, 'strict');
    for (const [input, code, field] of [
      [{ steps: 0 }, 'INVALID_ARGUMENT', 'steps'],
      [{ steps: -1 }, 'INVALID_ARGUMENT', 'steps'],
      [{ steps: 1_001 }, 'INVALID_ARGUMENT', 'steps'],
      [{ steps: 1, to: '1' }, 'INVALID_ARGUMENT', 'steps'],
      [{ to: '9' }, 'VERSION_NOT_FOUND', 'to'],
      [{ to: 'other-model@1' }, 'INVALID_ARGUMENT', 'to'],
      [{ to: '' }, 'INVALID_ARGUMENT', 'to'],
      [{ expected: '1' }, 'ALIAS_MOVED', 'expected'],
      [{ expected: '' }, 'ALIAS_MOVED', 'expected'],
      [{ reason: 'x'.repeat(1_001) }, 'INVALID_ARGUMENT', 'reason'],
      [{ model: 'ghost' }, 'MODEL_NOT_FOUND', 'model'],
      [{ alias: 'nul\u0000' }, 'ALIAS_NOT_FOUND', 'alias'],
    ] as const)
      expect(await refusal(app, ROLLBACK_ALIAS, { input: { ...change, ...input } })).toMatchObject({
        code,
        field: [field],
      });
    expect(await historyOf(app, 'strict')).toEqual(unchanged);
    // Sent twice, done once.
    const input = { ...change, expected: 'strict@2' };
    const both = await Promise.all([1, 2].map(() => app.graphql(ROLLBACK_ALIAS, { input })));
    expect(
      both
        .map(({ data }) => (data as { rollbackAlias: { userErrors: { code: string }[] } }).rollbackAlias)
        .flatMap(({ userErrors }) => userErrors.map(({ code }) => code)),
    ).toEqual(['ALIAS_MOVED']);
    expect(await targetOf(app, 'strict', 'production')).toBe('strict@1');
  });

  it('shows readers the old target or the new one, never neither', async () => {
    await registerWithVersions(app, 'moving', 2);
    const change = { model: 'moving', alias: 'production' };
    await setAlias(app, { ...change, version: '1' });
    const moving = new AbortController();
    const seen = new Set<unknown>();
    const readers = [0, 1, 2].map(async () => {
      while (!moving.signal.aborted) {
        const answer: { data?: unknown } = await app.graphql(
          '{ version(ref: "moving@production") { ref } model(name: "moving") { aliases { name } alias(name: "production") { version { ref } } } }',
        );
        const { version, model } = answer.data as Reading;
        seen.add(version?.ref).add(model.alias?.version.ref).add(model.aliases.length);
      }
    });
    for (let move = 0; move < 20; move += 1) {
      if (move % 4 === 3) await rollbackAlias(app, change);
      else await setAlias(app, { ...change, version: String((move % 2) + 1) });
    }
    moving.abort();
    await Promise.all(readers);
    expect([...seen].filter((value) => !['moving@1', 'moving@2', 1].includes(value as string))).toEqual([]);
    expect(seen.size).toBeGreaterThanOrEqual(2);
  });
});

interface HistoryPage {
  readonly edges: readonly { cursor: string; node: { reason: string } }[];
  readonly pageInfo: object;
  readonly totalCount: number;
}

interface Reading {
  readonly version: { ref: string } | null;
  readonly model: { aliases: unknown[]; alias: { version: { ref: string } } | null };
}
