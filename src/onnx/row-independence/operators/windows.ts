import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { axisOf, dimsOf, mustBeConstant, mustLieAlong, type Operators, type Rule, type Step } from '../step.js'; // prettier-ignore
import { constant, withRows, type Followed } from '../value.js';
import { ofShape, withAdded } from './products.js';

function alongFirst(input: Followed, dims: readonly Extent[]): Followed {
  mustLieAlong(input, 0);
  return input.rows ? withRows(dims, input.rows) : constant(dims);
}

/** The sizes of a window, one for each axis of the picture; null where none are given. */
interface Windows {
  readonly kernel: readonly (number | null)[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly autoPad: string;
  readonly roundsUp: boolean;
}

function windowsOf(step: Step, kernel: readonly (number | null)[]): Windows {
  const each = kernel.length;
  const or = (name: string, absent: number, length = each) =>
    step.ints(name) ?? Array.from({ length }, () => absent);
  return {
    kernel,
    strides: or('strides', 1),
    dilations: or('dilations', 1),
    pads: or('pads', 0, 2 * each),
    autoPad: step.text('auto_pad', 'NOTSET'),
    roundsUp: step.int('ceil_mode', 0) === 1,
  };
}

/** How often a window fits along each axis (ONNX, Conv and AveragePool); what cannot be told is an unknown size. */
function placesOf(step: Step, sizes: readonly Extent[], windows: Windows): Extent[] {
  const { kernel, strides, dilations, pads, autoPad, roundsUp } = windows;
  return sizes.map((extent, axis) => {
    const [size, window, stride, dilation] = [extent.number, kernel[axis], strides[axis] ?? 1, dilations[axis] ?? 1]; // prettier-ignore
    if (size === null || window == null || stride < 1) return step.unknowns.fresh();
    if (autoPad.startsWith('SAME')) return Extent.of(Math.ceil(size / stride));
    const [ahead, behind] = autoPad === 'VALID' ? [0, 0] : [pads[axis] ?? 0, pads[axis + sizes.length] ?? 0];
    const room = size + ahead + behind - (dilation * (window - 1) + 1);
    if (!roundsUp) return Extent.of(Math.floor(room / stride) + 1);
    // Runtimes differ in whether a last window may lie in the padding alone.
    return room % stride === 0 ? Extent.of(room / stride + 1) : step.unknowns.fresh();
  });
}

/** @param weights the places of all inputs but the picture */
function convolution(picture: number, kernel: number): Rule {
  return (step) => {
    const input = step.input(picture);
    const weights = step.input(kernel);
    for (const [index, other] of step.inputs.entries())
      if (index !== picture && index !== sumOf(step)) mustBeConstant(other, 'its kernel, bias or scale');
    const [dims, sizes] = [dimsOf(input), dimsOf(weights)];
    if (step.int('channels_last', 0) === 1)
      return [alongFirst(input, dims.map((size, axis) => (axis === 0 ? size : axis === dims.length - 1 ? (sizes[0] ?? Extent.ONE) : step.unknowns.fresh())))]; // prettier-ignore
    const declared = step.ints('kernel_shape');
    const window = declared ?? sizes.slice(2).map(({ number }) => number);
    const places = placesOf(step, dims.slice(2), windowsOf(step, window));
    return [alongFirst(input, [dims[0] ?? Extent.ONE, sizes[0] ?? Extent.ONE, ...places])];
  };
}

/** The runtime's own fusion adds a tensor of the result's shape. */
function sumOf({ node, inputs }: Step): number {
  return node.operator === 'FusedConv' && inputs.length > 3 ? 3 : -1;
}

const fusedConv: Rule = (step) => {
  const [result] = convolution(0, 1)(step) as [Followed];
  const added = step.inputs[3];
  return [ofShape(withAdded({ dims: dimsOf(result), rows: result.rows }, added, step.unknowns))];
};

const convTranspose: Rule = (step) => {
  const [input, weights] = [step.input(0), step.input(1)];
  for (const other of step.inputs.slice(1)) mustBeConstant(other, 'its kernel or bias');
  const [dims, sizes] = [dimsOf(input), dimsOf(weights)];
  const declared = step.ints('kernel_shape') ?? sizes.slice(2).map(({ number }) => number);
  const { strides, dilations, pads, autoPad } = windowsOf(step, declared);
  const wanted = step.ints('output_shape');
  const extra = step.ints('output_padding') ?? [];
  const channels = sizes[1]?.times(Extent.of(step.int('group', 1))) ?? Extent.ONE;
  const places = dims.slice(2).map((extent, axis) => {
    const [size, window, stride = 1] = [extent.number, declared[axis], strides[axis]];
    const target = wanted?.at(axis - (dims.length - 2));
    if (target !== undefined) return Extent.of(target);
    if (size === null || window == null || autoPad !== 'NOTSET') return step.unknowns.fresh();
    const padded = (pads[axis] ?? 0) + (pads[axis + dims.length - 2] ?? 0);
    return Extent.of(stride * (size - 1) + (extra[axis] ?? 0) + (dilations[axis] ?? 1) * (window - 1) + 1 - padded); // prettier-ignore
  });
  return [alongFirst(input, [dims[0] ?? Extent.ONE, channels, ...places])];
};

const pool: Rule = (step) => {
  const input = step.input(0);
  for (const other of step.inputs.slice(1)) mustBeConstant(other, 'its scale');
  // Where the indices of largest elements point depends on the place of the row.
  if (step.node.operator === 'MaxPool' && (step.node.outputs[1] ?? '') !== '' && input.rows)
    throw new ProofEnd('its indices count the rows before');
  const dims = dimsOf(input);
  if (step.int('channels_last', 0) === 1)
    return [alongFirst(input, dims.map((size, axis) => (axis === 0 || axis === dims.length - 1 ? size : step.unknowns.fresh())))]; // prettier-ignore
  const places = placesOf(step, dims.slice(2), windowsOf(step, step.ints('kernel_shape') ?? []));
  return step.node.outputs.map(() => alongFirst(input, [...dims.slice(0, 2), ...places]));
};

const globalPool: Rule = (step) => {
  const input = step.input(0);
  for (const other of step.inputs.slice(1)) mustBeConstant(other, 'its scale');
  const dims = dimsOf(input);
  const isLast = step.int('channels_last', 0) === 1;
  const sizes = dims.map((size, axis) => (axis === 0 || axis === (isLast ? dims.length - 1 : 1) ? size : Extent.ONE)); // prettier-ignore
  return [alongFirst(input, sizes)];
};

/** Pictures of another size. The rows' axis must keep its own: by a scale of 1, or by its size. */
const resize: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  const isOld = step.node.operator === 'Upsample' || step.opset < 11;
  for (const other of step.inputs.slice(1)) mustBeConstant(other, 'its scales or sizes');
  if (step.text('keep_aspect_ratio_policy', 'stretch') !== 'stretch') throw new ProofEnd('its sizes depend on each other'); // prettier-ignore
  if (step.text('coordinate_transformation_mode', '') === 'tf_crop_and_resize')
    throw new ProofEnd('it crops');
  const axes = step.ints('axes')?.map((axis) => axisOf(axis, dims.length)) ?? dims.map((_, axis) => axis);
  const scales = step.floats('scales')?.map((value) => Extent.of(value)) ?? listed(step, isOld ? 1 : 2);
  const targets = isOld ? null : listed(step, 3);
  const sizes = [...dims];
  for (const [index, axis] of axes.entries()) {
    const [scale, target, size] = [scales?.[index], targets?.[index], dims[axis] ?? Extent.ONE];
    if (input.rows?.axis === axis) {
      if (scale?.is(1) !== true && target?.equals(size) !== true) throw new ProofEnd('it is not certain that it leaves the rows alone'); // prettier-ignore
      continue;
    }
    if (scale?.countsRows === true || target?.countsRows === true) throw new ProofEnd('the number of rows decides its sizes'); // prettier-ignore
    sizes[axis] = target ?? scaledSize(size, scale) ?? step.unknowns.fresh();
  }
  return [input.rows ? withRows(sizes, input.rows) : constant(sizes)];
};

/** The runtime multiplies in single precision: what is near a whole number may be rounded to it. */
function scaledSize({ number: size }: Extent, scale: Extent | undefined): Extent | null {
  if (size === null || scale?.number == null) return null;
  const [exact, rounded] = [size * scale.number, Math.fround(size * scale.number)];
  return Math.floor(exact) === Math.floor(rounded) ? Extent.of(Math.floor(exact)) : null;
}

function listed(step: Step, index: number): readonly Extent[] | null {
  if (!step.has(index)) return null;
  const { elements, dims } = step.input(index);
  if (elements) return elements.values.length > 0 ? elements.values : null;
  if (dims?.[0]?.is(0) === true) return null;
  throw new ProofEnd('its scales or sizes are not known beforehand');
}

/** Squares of a picture into channels, or the other way round. */
function blocks(toDepth: boolean): Rule {
  return (step) => {
    const input = step.input(0);
    const [rows = Extent.ONE, channels = Extent.ONE, ...sizes] = dimsOf(input);
    const side = Extent.of(step.int('blocksize', 1));
    const area = side.times(side);
    const [more, less] = [channels.times(area), channels.over(area) ?? step.unknowns.fresh()];
    const picture = sizes.map((size) =>
      toDepth ? (size.over(side) ?? step.unknowns.fresh()) : size.times(side),
    );
    return [alongFirst(input, [rows, toDepth ? more : less, ...picture])];
  };
}

const gridSample: Rule = (step) => {
  const [input, grid] = [step.input(0), step.input(1)];
  if ((input.rows === null) !== (grid.rows === null)) throw new ProofEnd('rows are sampled by what is no row of their own'); // prettier-ignore
  mustLieAlong(grid, 0, 'its grid');
  const [dims, places] = [dimsOf(input), dimsOf(grid)];
  if (grid.rows && !dims[0]?.equals(places[0] ?? Extent.ONE))
    throw new ProofEnd('rows that are cut differently meet');
  return [alongFirst(input, [...dims.slice(0, 2), ...places.slice(1, -1)])];
};

const affineGrid: Rule = (step) => {
  const theta = step.input(0);
  mustLieAlong(theta, 0);
  const size = step.extentsOf(1);
  if (theta.rows && !size[0]?.equals(dimsOf(theta)[0] ?? Extent.ONE)) throw new ProofEnd('its size is not that of the rows'); // prettier-ignore
  if (size.slice(theta.rows ? 1 : 0).some((extent) => extent.countsRows))
    throw new ProofEnd('the number of rows decides its sizes');
  const sizes = [size[0] ?? Extent.ONE, ...size.slice(2), Extent.of(size.length - 2)];
  return [theta.rows ? withRows(sizes, theta.rows) : constant(sizes)];
};

const col2im: Rule = (step) => {
  const input = step.input(0);
  mustBeConstant(step.inputs[1], 'its shape');
  mustBeConstant(step.inputs[2], 'its shape');
  const [rows = Extent.ONE, , ] = dimsOf(input); // prettier-ignore
  const picture = step.numbersOf(1).map((size) => Extent.of(size));
  return [alongFirst(input, [rows, step.unknowns.fresh(), ...picture])];
};

export const convolve = convolution;

export const windows: Operators = {
  Conv: convolution(0, 1),
  'com.microsoft.FusedConv': fusedConv,
  ConvTranspose: convTranspose,
  AveragePool: pool,
  MaxPool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  'com.microsoft.QLinearAveragePool': pool,
  'com.microsoft.QLinearGlobalAveragePool': globalPool,
  Resize: { rule: resize, sizes: [1, 2, 3] },
  Upsample: { rule: resize, sizes: [1] },
  DepthToSpace: blocks(false),
  SpaceToDepth: blocks(true),
  GridSample: gridSample,
  AffineGrid: { rule: affineGrid, sizes: [1] },
  Col2Im: col2im,
};
