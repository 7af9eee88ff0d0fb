import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deploy, publish, register } from '../api/support/catalog-steps.js';
import { slowModel } from '../api/support/own-models.js';
import { Callers, infer, PATIENT_MS, until } from '../api/support/serving-steps.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import type { EngineProcess } from './engine-process.js';
import { ENGINES, startEngine } from './engines.js';
import { installed } from './installed.js';

const ray = ENGINES.find(({ name }) => name === 'ray');
const python = ray === undefined ? null : await installed(ray.name);

describe('deploy/ray', () => {
  let app: TestApp;
  let folder: string;
  let running: EngineProcess;
  beforeAll(async () => {
    if (ray === undefined || python === null) return;
    folder = await mkdtemp(join(tmpdir(), 'r-'));
    app = await startTestApp({ kind: 'embedded', config: { remoteHosts: ['127.0.0.0/8'] } });
    await register(app, 'slow');
    const { artifact } = await publish(app, 'slow', slowModel());
    const served = [{ name: 'slow', digest: artifact.digest }];
    const started = await startEngine(ray, python, folder, served, app.url);
    running = started.process;
    const remote = { protocol: ray.protocol, url: started.urlOf('slow'), model: 'slow' };
    await deploy(app, 'slow', 'slow@1', { runtime: { remote, replicas: 16 } });
  }, PATIENT_MS);
  afterAll(async () => {
    if (python === null) return;
    await app.close();
    await running.kill();
    await rm(folder, { recursive: true, force: true });
  }, PATIENT_MS);

  (python === null ? it.skip : it)('starts more replicas for more load, and none answers wrong', async () => {
    expect(replicas()).toBe(1);
    let failed = false;
    const callers = new Callers(12, async () => {
      const inputs = [{ name: 'rounds', datatype: 'INT64', shape: [], data: [5] }];
      const outcome = await infer(app, { deployment: 'slow', inputs });
      failed ||= outcome.kind !== 'answered' || outcome.data[0] !== 512;
      expect(outcome).toMatchObject({ kind: 'answered', data: [512] });
      return outcome;
    });
    try {
      await until(
        async () => replicas(),
        (count) => count >= 3 || failed,
      );
      await callers.progress(100);
    } finally {
      await callers.stop();
    }
    expect(callers.refusals).toEqual([]);
  });

  /** A replica's process has its name. */
  function replicas(): number {
    return running.pids().filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('ray::ServeReplica:slow');
      } catch {
        return false;
      }
    }).length;
  }
});
