import type { BenchGroup } from '../support/bench-run.js';
import { filledCatalog } from './filled-catalog.js';
import { measureReading } from './reading.js';
import { measureWriting, writingTable, type Writing } from './writing.js';

/** One catalog, read first: changing it adds to what is read. */
export function catalogGroup(databaseUrl: string | undefined): BenchGroup {
  return async (run) => {
    if (databaseUrl === undefined || databaseUrl === '')
      return 'The catalog was not measured: name a PostgreSQL database that may be emptied in BENCH_DATABASE_URL.';
    let empty: Writing | undefined;
    await using catalog = await filledCatalog(run, databaseUrl, async (retort) => {
      run.progress('changing a catalog that is nearly empty');
      empty = await measureWriting(run, retort, 'written-while-empty');
    });
    const reading = await measureReading(run, catalog);
    run.progress('changing a full catalog');
    const full = await measureWriting(run, catalog.retort, catalog.contents.models[0]?.name ?? '');
    return [reading, ...(empty ? [writingTable(empty, full)] : [])].join('\n\n');
  };
}
