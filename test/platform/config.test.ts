import { availableParallelism, totalmem } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../src/platform/config.js';
import { StartupError } from '../../src/platform/errors.js';

describe('settings', () => {
  it('has a default for everything', () => {
    expect(parseConfig({})).toMatchObject({
      port: 4000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      apiKey: undefined,
      logLevel: 'info',
    });
  });

  it('leaves models half of the memory there is at most, and a thread for each core', () => {
    const { modelMemoryBytes, workers } = parseConfig({});
    expect(modelMemoryBytes).toBeGreaterThan(0);
    expect(modelMemoryBytes).toBeLessThanOrEqual(totalmem() / 2);
    expect(workers).toBe(Math.min(64, availableParallelism()));
    expect(parseConfig({ RETORT_MODEL_MEMORY_BYTES: '536870912' }).modelMemoryBytes).toBe(536_870_912);
    expect(() => parseConfig({ RETORT_MODEL_MEMORY_BYTES: '512 MB' })).toThrow(
      /RETORT_MODEL_MEMORY_BYTES: expected a whole number/,
    );
  });

  it('treats an empty variable as not set', () => {
    expect(parseConfig({ PORT: '', RETORT_API_KEY: '', DATABASE_URL: ' ' })).toMatchObject({
      port: 4000,
      apiKey: undefined,
      databaseUrl: undefined,
    });
  });

  it('names every setting at fault, what was expected and what came', () => {
    expect(() => parseConfig({ PORT: '70000', LOG_LEVEL: 'loud' })).toThrow(StartupError);
    expect(() => parseConfig({ PORT: '70000', LOG_LEVEL: 'loud' })).toThrow(
      /PORT: expected a whole number from 0 to 65535, got "70000".*LOG_LEVEL.*got "loud"/,
    );
  });

  it.each(['mysql://root@localhost/db', 'not a url', 'localhost:5432'])(
    'refuses DATABASE_URL=%s without repeating it',
    (DATABASE_URL) => {
      const message = (() => {
        try {
          parseConfig({ DATABASE_URL });
        } catch (error) {
          return (error as Error).message;
        }
        return '';
      })();
      expect(message).toMatch(/DATABASE_URL: expected a URL like postgresql:/);
      expect(message).not.toContain(DATABASE_URL);
    },
  );

  it('refuses a short key without repeating it', () => {
    expect(() => parseConfig({ RETORT_API_KEY: 'tiny' })).toThrow(
      /RETORT_API_KEY: expected at least 16 characters(?!.*tiny)/,
    );
  });
});
