import { describe, expect, it } from '@jest/globals';
import type { GraphBuilder } from '../../../src/onnx/index.js';
import { body, floats, ints, verdict, withFunctions, type OwnFunction } from './verdict.js';

type Node = OwnFunction['node'][number];
const node = (op_type: string, input: string[], output: string[], more: Partial<Node> = {}): Node => ({ op_type, input, output, ...more }); // prettier-ignore
const axis = (i: number) => [{ name: 'axis', i, type: 2 }] as const;
const fromCaller = [{ name: 'axis', type: 2, ref_attr_name: 'along' }] as const;

/** x through `own.Thing`. */
function called(functions: readonly OwnFunction[], attributes: Record<string, bigint> = {}, more: readonly string[] = []): string {
  return verdict((graph) => graph.node('own.Thing', ['x', ...more], attributes, ['y']), { edit: withFunctions(functions) });
} // prettier-ignore

describe('a function that the model brings along', () => {
  it('is followed', () => {
    expect(called([{ input: ['a'], output: ['b'], node: [node('Softmax', ['a'], ['b'], { attribute: axis(1) })] }])).toBe('PROVEN'); // prettier-ignore
    const mixing = called([{ input: ['a'], output: ['b'], node: [node('Softmax', ['a'], ['b'], { attribute: axis(0) })] }]); // prettier-ignore
    expect(mixing).toMatch(/Softmax "b": it works along the rows/);
  });

  const along: OwnFunction = { input: ['a'], output: ['b'], attribute: ['along'], node: [node('Softmax', ['a'], ['b'], { attribute: fromCaller })] }; // prettier-ignore

  it('takes attributes from its caller', () => {
    expect(called([along], { along: 1n })).toBe('PROVEN');
    expect(called([along], { along: 0n })).toMatch(/Softmax/);
  });

  it('takes an attribute that its caller leaves out as the operator does, which is the last axis', () =>
    expect(called([along])).toBe('PROVEN'));

  it('takes its own value for an attribute that its caller leaves out, and no other', () => {
    const { input, output, node: nodes } = along;
    const absent = {
      input,
      output,
      node: nodes,
      attribute_proto: [{ name: 'along', i: 0, type: 2 as const }],
    };
    expect(called([absent])).toMatch(/Softmax/);
    expect(called([absent], { along: 1n })).toBe('PROVEN');
  });

  it('leaves out inside what its caller leaves out', () => {
    // Clip without a maximum.
    const clip: OwnFunction = { input: ['a', 'least', 'most'], output: ['b'], node: [node('Clip', ['a', 'least', 'most'], ['b'])] }; // prettier-ignore
    expect(called([clip], {}, [''])).toBe('PROVEN');
  });

  it('calls others', () => {
    const inner = (at: number): OwnFunction => ({ name: 'Inner', input: ['a'], output: ['b'], node: [node('Softmax', ['a'], ['b'], { attribute: axis(at) })] }); // prettier-ignore
    const outer: OwnFunction = { input: ['a'], output: ['b'], node: [node('Inner', ['a'], ['b'], { domain: 'own' })] }; // prettier-ignore
    expect(called([outer, inner(1)])).toBe('PROVEN');
    expect(called([outer, inner(0)])).toMatch(/Softmax/);
  });

  it('that calls itself is given up', () =>
    expect(called([{ input: ['a'], output: ['b'], node: [node('Thing', ['a'], ['b'], { domain: 'own' })] }])).toMatch(/nested too deep/)); // prettier-ignore

  it('knows nothing of the names around it', () =>
    expect(called([{ input: ['a'], output: ['b'], node: [node('Add', ['a', 'x'], ['b'])] }])).toMatch(/computed by no node/)); // prettier-ignore
});

type Fill = (inner: GraphBuilder) => void;

/** A Scan over x [rows, 4, 3], whose state is zeros of each row; the body is given `state` and `slice`. */
function scanned(attributes: Record<string, bigint | readonly bigint[]>, fill: Fill, { state = ['rows', 3], opset = 17 } = {}): string {
  return verdict((graph) => {
    const first = state.length === 2 ? graph.node('ReduceSum', ['x', ints(graph, 'time', 1)], { keepdims: 0n }) : floats(graph, 'first', [3]);
    const rounds = body((inner) => {
      inner.input('state', 'FP32', state); inner.input('slice', 'FP32', ['rows', 3]);
      fill(inner);
      inner.output('next', 'FP32', state); inner.output('out', 'FP32', ['rows', 3]);
    });
    graph.node('Scan', [first, 'x'], { num_scan_inputs: 1n, body: rounds, ...attributes }, ['end', 'all']);
    graph.node('Identity', ['end'], {}, ['y']);
    graph.output('all', 'FP32', ['rows', 'time', 3]);
  }, { x: ['rows', 4, 3], opset });
} // prettier-ignore

const adding: Fill = (inner) => {
  inner.node('Add', ['state', 'slice'], {}, ['next']);
  inner.node('Identity', ['next'], {}, ['out']);
};

describe('a Scan', () => {
  it('over time leaves rows alone, where its answers are laid behind them', () =>
    expect(scanned({ scan_input_axes: [1n], scan_output_axes: [1n] }, adding)).toBe('PROVEN'));

  it('lays its answers ahead of the rows unless it is told', () =>
    expect(scanned({ scan_input_axes: [1n] }, adding)).toMatch(/"all" has not one place for each row/));

  it('over rows goes from row to row', () =>
    expect(scanned({ scan_output_axes: [1n] }, adding)).toMatch(/it goes from row to row/));

  it('counts axes from the end', () => {
    expect(scanned({ scan_input_axes: [-2n], scan_output_axes: [-2n] }, adding)).toBe('PROVEN');
    expect(scanned({ scan_input_axes: [-3n], scan_output_axes: [1n] }, adding)).toMatch(/row to row/);
  });

  it('whose body takes rows together does not', () =>
    expect(scanned({ scan_input_axes: [1n], scan_output_axes: [1n] }, (inner) => {
      inner.node('Add', ['state', 'slice'], {}, ['next']);
      inner.node('Softmax', ['slice'], { axis: 0n }, ['out']);
    })).toMatch(/Softmax/)); // prettier-ignore

  it('whose state becomes one for all rows, or stops being so, does not', () => {
    const forgetting: Fill = (inner) => {
      inner.node('Add', ['slice', 'slice'], {}, ['out']);
      inner.node('ReduceMax', ['slice'], { axes: [0n], keepdims: 0n }, ['next']);
    };
    expect(scanned({ scan_input_axes: [1n], scan_output_axes: [1n] }, forgetting)).toMatch(/ReduceMax/);
    expect(scanned({ scan_input_axes: [1n], scan_output_axes: [1n] }, adding, { state: [3] as never })).toMatch(/of the rows in one case/); // prettier-ignore
  });

  it('takes from outside what its body names', () =>
    expect(scanned({ scan_input_axes: [1n], scan_output_axes: [1n] }, (inner) => {
      inner.node('Add', ['state', 'slice'], {}, ['next']);
      inner.node('ReduceSum', [inner.outer('x'), ints(inner, 'rows', 0)], { keepdims: 0n }, ['every']);
      inner.node('Add', ['slice', 'every'], {}, ['out']);
    })).toMatch(/ReduceSum|Add/)); // prettier-ignore

  it('of before opset 9 is not followed', () =>
    expect(scanned({ scan_input_axes: [1n], scan_output_axes: [1n] }, adding, { opset: 8 })).toMatch(/Scan .* before opset 9/)); // prettier-ignore
});
