import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { installedRuntime } from '../../src/runtime/index.js';
import { sessionOptions } from '../../src/runtime/sessions/session-options.js';

describe('what is installed', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retort-cards-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('names the cards of the driver, in their order, also where one says nothing', async () => {
    for (const slot of ['0000:81:00.0', '0000:00:04.0']) await mkdir(join(folder, slot));
    const information = 'Model: \t\t NVIDIA L4\nIRQ:   \t\t 10\n';
    await writeFile(join(folder, '0000:00:04.0', 'information'), information);
    const { devices } = await installedRuntime(folder);
    expect(devices.slice(1)).toEqual(['GPU: NVIDIA L4, 0000:00:04.0', 'GPU: NVIDIA, 0000:81:00.0']);
  });

  it('names the processor alone without a driver', async () => {
    const { devices } = await installedRuntime(join(folder, 'none'));
    expect(devices).toEqual([expect.stringMatching(/^CPU: /)]);
  });

  it('says which card a provider runs on', () => {
    const settings = { threads: 1, optimization: 'ALL', providers: ['CUDA', 'CPU'] } as const;
    expect(sessionOptions(settings).executionProviders).toEqual(['cuda', 'cpu']);
    const providerOptions = [{ provider: 'CUDA', deviceId: 1 }] as const;
    expect(sessionOptions({ ...settings, providerOptions }).executionProviders).toEqual([
      { name: 'cuda', deviceId: 1 },
      'cpu',
    ]);
  });
});
