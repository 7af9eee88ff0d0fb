import { ATTRIBUTE, GRAPH, NODE } from './graph-layout.js';
import { lengthDelimited, wireFields } from './wire.js';

/**
 * A NodeProto in which values have other names, in the bodies it holds as well; the same buffer when it has none of them.
 * Everything else stays byte by byte. Within a body a name means the same value as outside (ONNX IR: names of values are
 * unique throughout a graph and its subgraphs).
 */
export function renamed(node: Buffer, names: ReadonlyMap<string, string>): Buffer {
  return replaced(node, (number, content) => {
    if (number === NODE.input || number === NODE.output) {
      const name = names.get(content.toString('utf8'));
      return name === undefined ? content : Buffer.from(name, 'utf8');
    }
    return number === NODE.attribute ? inAttribute(content, names) : content;
  });
}

function inAttribute(attribute: Buffer, names: ReadonlyMap<string, string>): Buffer {
  return replaced(attribute, (number, content) =>
    number === ATTRIBUTE.g || number === ATTRIBUTE.graphs ? inGraph(content, names) : content,
  );
}

function inGraph(graph: Buffer, names: ReadonlyMap<string, string>): Buffer {
  return replaced(graph, (number, content) => (number === GRAPH.node ? renamed(content, names) : content));
}

/** @param change gives the content of a field that holds bytes; the very same buffer leaves the field as it is */
function replaced(message: Buffer, change: (number: number, content: Buffer) => Buffer): Buffer {
  const parts: Buffer[] = [];
  let isChanged = false;
  for (const { number, wireType, from, start, end } of wireFields(message)) {
    const content = message.subarray(start, end);
    const after = wireType === 2 ? change(number, content) : content;
    if (after === content) parts.push(message.subarray(from, end));
    else {
      isChanged = true;
      parts.push(lengthDelimited(number, after));
    }
  }
  return isChanged ? Buffer.concat(parts) : message;
}
