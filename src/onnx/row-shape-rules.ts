import {
  attributeInt,
  axesInRow,
  axisInRow,
  constantOf,
  intsOf,
  isConstant,
  product,
  type Rule,
  rowsOf,
  UNKNOWN,
  withUnknownDims,
} from './row-values.ts';

// Rules for operators that move values to other positions. They keep rows separate if they do not use the first axis.

export const concat: Rule = operation => {
  const shapes = operation.inputs.map(rowsOf);
  const [first] = shapes;
  const axes = first && axisInRow(operation, Number.NaN, first.length);
  if (!axes || !shapes.every(rows => rows?.length === first.length)) return UNKNOWN;
  const size = shapes.reduce<number | null>((sum, rows) => {
    const dim = rows?.[[...axes][0] ?? 0] ?? null;
    return sum === null || dim === null ? null : sum + dim;
  }, 0);
  return [{ rows: first.map((dim, axis) => (axes.has(axis) ? size : dim)) }];
};

export const featureVectorizer: Rule = ({ inputs }) =>
  inputs.every(value => rowsOf(value)?.length === 2) ? [{ rows: [null, null] }] : UNKNOWN;

export const split: Rule = operation => {
  const rows = rowsOf(operation.inputs[0]);
  const axes = rows && axisInRow(operation, 0, rows.length);
  if (!axes || !operation.inputs.slice(1).every(isConstant)) return UNKNOWN;
  return operation.node.outputs.map(() => withUnknownDims(rows, axes));
};

export const gather: Rule = operation => {
  const [data, indices] = operation.inputs;
  const [rows, dims] = [rowsOf(data), constantOf(data)?.dims];
  const [indexRows, indexDims] = [rowsOf(indices), constantOf(indices)?.dims];
  const axis = attributeInt(operation.node, 'axis', 0);
  // A look-up in a table of constants for each spectrum.
  if (dims && dims.length > 0 && indexRows && axis === 0) return [{ rows: [...indexRows, ...dims.slice(1)] }];
  const [rowAxis] = (rows && axesInRow([axis], rows.length)) ?? [];
  if (!rows || !indexDims || rowAxis === undefined) return UNKNOWN;
  return [{ rows: [...rows.slice(0, rowAxis), ...indexDims, ...rows.slice(rowAxis + 1)] }];
};

export const arrayFeatureExtractor: Rule = ({ inputs: [data, indices] }) => {
  const rows = rowsOf(data);
  return rows && rows.length >= 2 && isConstant(indices) ? [{ rows: [...rows.slice(0, -1), null] }] : UNKNOWN;
};

export const slice: Rule = operation => {
  const rows = rowsOf(operation.inputs[0]);
  const axes = rows && axesInRow(intsOf(operation, 'axes', 3), rows.length);
  return axes && operation.inputs.slice(1).every(isConstant) ? [withUnknownDims(rows, axes)] : UNKNOWN;
};

export const squeeze: Rule = operation => {
  const rows = rowsOf(operation.inputs[0]);
  const axes = rows && axesInRow(intsOf(operation, 'axes', 1), rows.length);
  return axes ? [{ rows: rows.filter((_, axis) => !axes.has(axis)) }] : UNKNOWN;
};

export const unsqueeze: Rule = operation => {
  const rows = rowsOf(operation.inputs[0]);
  const given = intsOf(operation, 'axes', 1);
  const rank = (rows?.length ?? 0) + (given?.length ?? 0);
  const axes = axesInRow(given, rank);
  if (!rows || !axes || axes.size !== given?.length) return UNKNOWN;
  const remaining = [...rows];
  return [
    { rows: Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (remaining.shift() ?? null))) },
  ];
};

export const reshape: Rule = ({ node, inputs: [data, shape] }) => {
  const rows = rowsOf(data);
  const [batch, ...sizes] = constantOf(shape)?.ints ?? [];
  if (!rows || batch === undefined || attributeInt(node, 'allowzero', 0) !== 0) return UNKNOWN;
  const perRow = product(rows.slice(1));
  // 0 keeps the number of rows. ONNX Runtime reports an error if the other sizes do not fit.
  if (batch === 0) {
    return [
      {
        rows: [
          null,
          ...sizes.map((size, i) => (size === 0 ? (rows[i + 1] ?? null) : size < 0 ? null : size)),
        ],
      },
    ];
  }
  const isSamePerRow =
    perRow !== null && perRow > 0 && sizes.every(size => size > 0) && product(sizes) === perRow;
  return batch === -1 && isSamePerRow ? [{ rows: [null, ...sizes] }] : UNKNOWN;
};

export const transpose: Rule = ({ node, inputs: [data] }) => {
  const rows = rowsOf(data);
  const order = node.attributes.get('perm')?.ints;
  if (!rows || order?.length !== rows.length || order[0] !== 0) return UNKNOWN;
  return [{ rows: order.map(axis => rows[axis] ?? null) }];
};

export const flatten: Rule = ({ node, inputs: [data] }) => {
  const rows = rowsOf(data);
  return rows && attributeInt(node, 'axis', 1) === 1 ? [{ rows: [null, product(rows.slice(1))] }] : UNKNOWN;
};

export const expand: Rule = ({ inputs: [data, shape] }) => {
  const [rows, sizes] = [rowsOf(data), constantOf(shape)?.ints];
  if (!rows || !sizes || sizes.length > rows.length) return UNKNOWN;
  return sizes.length < rows.length || sizes[0] === 1 ? [{ rows: rows.map(() => null) }] : UNKNOWN;
};

export const topK: Rule = operation => {
  const rows = rowsOf(operation.inputs[0]);
  const axes = rows && axisInRow(operation, -1, rows.length);
  if (!axes || !operation.inputs.slice(1).every(isConstant)) return UNKNOWN;
  return [withUnknownDims(rows, axes), withUnknownDims(rows, axes)];
};

export const cumSum: Rule = ({ inputs: [data, axis] }) => {
  const rows = rowsOf(data);
  const given = constantOf(axis)?.ints;
  return rows && given?.length === 1 && axesInRow(given, rows.length) ? [{ rows }] : UNKNOWN;
};

/** Modes that stay in the padded row. The others read outside it, and one outside its memory (ONNX Runtime 1.30). */
const PAD_MODES = new Set(['constant', 'edge']);
export const pad: Rule = ({ node, inputs: [data, pads, ...others] }) => {
  const rows = rowsOf(data);
  const sizes = constantOf(pads)?.ints;
  const mode = node.attributes.has('mode') ? node.attributes.get('mode')?.text : 'constant';
  if (!rows || sizes?.length !== 2 * rows.length || sizes[0] !== 0 || sizes[rows.length] !== 0)
    return UNKNOWN;
  if (!PAD_MODES.has(mode ?? '') || others.length > 1 || !others.every(isConstant)) return UNKNOWN;
  return [{ rows: rows.map(() => null) }];
};
