import { randomUUID } from 'node:crypto';
import { answerText } from './long-values.js';

const NAME = /"(long answer [\da-f-]{36})"/;

/** Carries answers that are long, or written already, past code that handles answers as its own: it sees a placeholder. */
export class LongAnswers {
  private readonly named = new Map<string, Buffer | string>();

  /** JSON as text, or, where it holds long values, a name by which it must be taken. */
  async stringify(answer: object): Promise<string> {
    const text = await answerText(answer);
    if (typeof text === 'string') return text;
    const name = `long answer ${randomUUID()}`;
    this.named.set(name, text);
    return name;
  }

  /** A name for JSON that is there already. */
  hold(json: string): string {
    const name = `long answer ${randomUUID()}`;
    this.named.set(name, json);
    return name;
  }

  /** Undefined for what is no name. */
  take(name: string): Buffer | string | undefined {
    const answer = this.named.get(name);
    if (answer) this.named.delete(name);
    return answer;
  }

  /** JSON with the answer that it names in the name's place, in parts to be sent one behind the other. */
  inPlaceOfName(text: string): readonly (string | Buffer)[] {
    const found = this.named.size === 0 ? null : NAME.exec(text);
    const answer = found?.[1] === undefined ? undefined : this.take(found[1]);
    if (!found || !answer) return [text];
    const [before, behind] = [text.slice(0, found.index), text.slice(found.index + found[0].length)];
    return typeof answer === 'string' ? [before + answer + behind] : [before, answer, behind];
  }
}
