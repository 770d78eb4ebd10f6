// The parts of the OpenAPI document that the page shows.

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  examples?: unknown[];
  enum?: string[];
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
}

export interface Parameter {
  name: string;
  in: 'path' | 'header';
  required?: boolean;
  description: string;
}

interface Content {
  [type: string]: { schema: Schema };
}

export interface Described {
  operationId: string;
  summary: string;
  description: string;
  /** Empty for an operation that needs no key. */
  security?: object[];
  parameters: Parameter[];
  requestBody?: { content: Content };
  responses: Record<
    string,
    { description: string; headers: Record<string, { $ref: string }>; content: Content }
  >;
}

export interface ApiDocument {
  info: { description: string };
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema>; headers: Record<string, { description: string }> };
  /** Every error of the catalogue. */
  'x-errors': Record<string, { status: number; message: string }>;
}

export interface Operation extends Described {
  method: string;
  path: string;
}

/** The operations of a document, in its order. */
export const operationsOf = ({ paths }: ApiDocument): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      ...described,
      method: method.toUpperCase(),
      path,
    })),
  );

/** The name of the component that a reference points to. */
export const nameOf = ($ref: string): string => $ref.split('/').at(-1) ?? '';

/** The type of the body that an operation takes, with its schema; undefined if it takes none. */
export function bodyOf({ requestBody }: Described): { type: string; schema: Schema } | undefined {
  const [[type, content] = []] = Object.entries(requestBody?.content ?? {});
  return type === undefined || content === undefined ? undefined : { type, schema: content.schema };
}

/** The codes of the errors that a response may have, from its description. */
export const codesIn = (description: string): string[] =>
  [...description.matchAll(/`([A-Z_]+)`/g)].map(([, code = '']) => code);

/** A part of the name of a type: a text, or the name of a component. */
export type TypePart = string | { component: string };

/** A type in words: `number[]`, `string (uuid) or null`. */
export function typeOf({ $ref, anyOf, enum: values, items, type, format }: Schema): TypePart[] {
  if ($ref !== undefined) return [{ component: nameOf($ref) }];
  if (anyOf) return anyOf.flatMap((one, at) => [...(at > 0 ? [' or '] : []), ...typeOf(one)]);
  if (items) return ['list of ', ...typeOf(items), ...(type?.includes('null') ? [' or null'] : [])];
  if (values && values.length <= 10) return [values.map(value => `"${value}"`).join(' or ')];
  const name = Array.isArray(type) ? type.join(' or ') : (type ?? 'string');
  return [format === undefined ? name : `${name} (${format})`];
}

/** How many numbers an example of a list has. */
const EXAMPLE_NUMBERS = 3;

/**
 * A value of a schema. Of an object it has what is required, of a request with `all` false, else everything.
 *
 * @param numbers how many numbers a list has
 */
export function exampleOf(
  document: ApiDocument,
  schema: Schema,
  { all = true, numbers = EXAMPLE_NUMBERS }: { all?: boolean; numbers?: number } = {},
): unknown {
  const { $ref, anyOf, enum: values, examples, items, properties, required = [], type, format } = schema;
  const options = { all, numbers };
  if ($ref !== undefined) {
    const component = document.components.schemas[nameOf($ref)];
    return component ? exampleOf(document, component, options) : null;
  }
  if (examples) return examples[0];
  if (anyOf?.[0]) return exampleOf(document, anyOf[0], options);
  if (values) return values[0];
  if (properties) {
    const shown = Object.entries(properties).filter(([name]) => all || required.includes(name));
    return Object.fromEntries(shown.map(([name, of]) => [name, exampleOf(document, of, options)]));
  }
  if (items?.type === 'number') return Array<number>(numbers).fill(0);
  if (items) return [exampleOf(document, items, options)];
  if (type === 'integer') return 1;
  if (type === 'number') return 12.34;
  if (type === 'boolean') return true;
  if (format === 'uuid') return '01a20881-bb48-761f-bcab-7ec1b0fb9cf1';
  if (format === 'date-time') return '2030-01-31T23:59:59.999Z';
  return 'text';
}
