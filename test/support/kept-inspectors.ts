import { childEnvironment } from '../../src/platform/children/child-environment.js';
import { InspectorProcess } from '../../src/runtime/inspection/inspector-process.js';

/** What else a worker keeps: starting such a process takes ten times as long as reading a small model. */
const MOST = 2;

/** Each was started in an environment, which the next one to have it must share. */
const idle: KeptInspector[] = [];

const environment = () => JSON.stringify(childEnvironment([]));

/** A process that reads models, and goes on to the next server of the worker where nothing happened to it. */
class KeptInspector extends InspectorProcess {
  readonly environment = environment();
  #isWell = true;

  override async ask(...args: Parameters<InspectorProcess['ask']>): ReturnType<InspectorProcess['ask']> {
    try {
      return await super.ask(...args);
    } catch (error) {
      this.#isWell = false;
      throw error;
    }
  }

  override async end(): Promise<void> {
    if (!this.#isWell || !this.isFresh) return super.end();
    idle.push(this);
    if (idle.length > MOST) await idle.shift()?.endForGood();
  }

  private async endForGood(): Promise<void> {
    await super.end();
  }
}

export function startInspector(): InspectorProcess {
  const wanted = environment();
  const place = idle.findIndex((child) => child.environment === wanted && child.isFresh);
  return idle.splice(place, place < 0 ? 0 : 1)[0] ?? new KeptInspector();
}
