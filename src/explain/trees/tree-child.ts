// The entry of the child process that reads trees and explains by them. It ends when the parent closes the channel.
import type { ChildReply } from '../children/asked-processes.js';
import { TreesNotReadable } from './ensemble.js';
import { ForestAnswers } from './forest-answers.js';
import { followTreeGraph } from './tree-graph.js';
import type { TreeAnswer, TreeQuestion, TreeTarget } from './tree-messages.js';

/** Read lately, by their targets: the instances of a request are asked one after the other. */
const known = new Map<string, ForestAnswers>();
const MOST_KNOWN = 4;

process.on('message', (question: TreeQuestion) => process.send?.(reply(question)));

function reply({ target, explain }: TreeQuestion): ChildReply<TreeAnswer> {
  try {
    const forest = forestOf(target);
    return {
      type: 'answer',
      answer: { description: forest.describe(), explanation: explain && forest.answer(explain) },
    };
  } catch (error) {
    if (error instanceof TreesNotReadable) return { type: 'refused', message: error.message };
    return {
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

function forestOf(target: TreeTarget): ForestAnswers {
  const key = JSON.stringify([target.path, target.inputs, target.output, target.element]);
  const forest = known.get(key) ?? new ForestAnswers(followTreeGraph(target, target.inputs), target.output, target.element); // prettier-ignore
  known.delete(key);
  known.set(key, forest);
  for (const oldest of known.keys())
    if (known.size > MOST_KNOWN) known.delete(oldest);
    else break;
  return forest;
}
